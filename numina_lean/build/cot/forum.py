r"""AoPS forum: threads as JSON of posts, the first of which poses the problem.

Of the replies with `\boxed` or ■, the one with the most LaTeX symbols is the solution, as for
NuminaMath-CoT; of several with as many, the earliest. A thread is what the forum's `fetch_topic`
answers, or its `topic`: `topic_id` and `posts_data` (or `posts`), each post with `post_number` and
`post_canonical`, which is BBCode, or `post_rendered`, which is HTML.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.build.cot.ending import QED, boxed_answer
from numina_lean.build.cot.html_text import html_text
from numina_lean.build.cot.raw import Raw, records
from numina_lean.build.cot.row import CotRow, new_row, text_of
from numina_lean.build.stage import Rejected

_FORMULA = re.compile(
    r"(\$\$.*?\$\$|(?<!\\)\$[^$]*\$|\\\[(?:(?!\\\[).)*?\\\]|\\\((?:(?!\\\().)*?\\\)"
    r"|\[asy\](?:(?!\[asy\]).)*?\[/asy\])",
    re.DOTALL,
)
_SYMBOL = re.compile(r"\\(?:[A-Za-z]+|[^\sA-Za-z])|[\^_]")
_QED = re.compile(rf"{QED}|\\blacksquare\b")
_QUOTE = re.compile(r"\[(/?)quote\b[^\]]{0,300}\]", re.IGNORECASE)
_IMAGE = re.compile(r"\[img\b[^\]]{0,100}\]\s{0,9}([^\s\[]{1,500})\s{0,9}\[/img\]", re.IGNORECASE)
_ATTACHMENT = re.compile(r"\[attach\b[^\]]{0,100}\][^\[]{0,500}\[/attach\]", re.IGNORECASE)
_TAG = re.compile(
    r"(?<!\\)\[/?(?:hide|b|i|u|s|url|color|size|center|left|right|list|code|spoiler|youtube|email"
    r"|user|tip|font|block|quote)\b(?:=[^\]]{0,500})?\]",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?<!\\)\[\*\][ \t]*")
_MARKDOWN_IMAGE = re.compile(r"!\[\]\(([^)\s]+)\)")
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Post:
    number: int
    text: str


def read_forum(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """A row a thread."""
    for raw in records(path):
        yield raw if isinstance(raw, Rejected) else _row(source, raw)


def latex_symbols(text: str) -> int:
    r"""How many LaTeX symbols the formulas of a text have: control sequences, `^` and `_`."""
    return sum(len(_SYMBOL.findall(formula)) for formula in _FORMULA.findall(text))


def best_reply(posts: list[Post]) -> Post | None:
    r"""Of the posts with `\boxed` or ■, the one with the most LaTeX symbols."""
    worked = [
        post for post in posts
        if boxed_answer(post.text) is not None or _QED.search(post.text)
    ]  # fmt: skip
    return max(worked, key=lambda post: latex_symbols(post.text), default=None)


def bbcode_text(text: str) -> str:
    """A post as Markdown: quotes of others left out, hidden text shown, other tags taken away.

    Formulas and drawings stay as they are.
    """
    parts = _FORMULA.split(_without_quotes(text))
    parts[::2] = [_plain(part) for part in parts[::2]]
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _plain(text: str) -> str:
    text = _IMAGE.sub(r"![](\1)", _ATTACHMENT.sub("", text))
    return _TAG.sub("", _ITEM.sub("- ", text))


def _without_quotes(text: str) -> str:
    kept, depth, end = [], 0, 0
    for tag in _QUOTE.finditer(text):
        if depth == 0:
            kept.append(text[end : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        end = tag.end()
    if depth == 0:
        kept.append(text[end:])
    return "".join(kept)


def _row(source: str, raw: Raw) -> CotRow | Rejected:
    thread = _thread(raw.fields)
    posts = _posts(thread)
    if not posts:
        return Rejected("no_problem", "no posts with text", id=raw.origin)
    first, *replies = posts
    reply = best_reply(replies)
    topic = thread.get("topic_id")
    name = str(topic) if isinstance(topic, int | str) else ""
    if reply is None:
        detail = f"none of {len(replies)} replies has a box or {QED}"
        return Rejected("no_worked_reply", detail, id=f"{source}/{name}" if name else raw.origin)
    origin = f"{raw.origin}, post {reply.number}"
    images = tuple(dict.fromkeys(_MARKDOWN_IMAGE.findall(f"{first.text}\n{reply.text}")))
    answer = boxed_answer(reply.text)
    return new_row(source, name, origin, first.text, reply.text, answer, images=images)


def _thread(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(_DEEPEST):
        inner = next(
            (fields[name] for name in ("response", "topic", "topic_data")
             if isinstance(fields.get(name), dict)), None,
        )  # fmt: skip
        if inner is None:
            break
        fields = inner
    return fields


def _posts(thread: Mapping[str, Any]) -> list[Post]:
    """The posts that have text, in the order of their numbers."""
    given: list[object] = next(
        (thread[name] for name in ("posts_data", "posts") if isinstance(thread.get(name), list)), []
    )
    posts = []
    for place, each in enumerate(given, 1):
        if isinstance(each, dict):
            number = each.get("post_number")
            text = _post_text(each)
            if text:
                posts.append(Post(number if isinstance(number, int) else place, text))
    return sorted(posts, key=lambda post: post.number)


def _post_text(post: Mapping[str, Any]) -> str:
    canonical = text_of(post, "post_canonical", "text", "content")
    return bbcode_text(canonical) if canonical else html_text(text_of(post, "post_rendered"))
