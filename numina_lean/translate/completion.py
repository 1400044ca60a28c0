"""What a model wrote, as text to find Lean in: thoughts apart, the fenced blocks, the rest.

Covers what models and servers do to text: Windows newlines, HTML entities, zero-width characters,
`<think>` blocks with or without an end, fences of every kind with or without a label or an end.
Never raises.
"""

import html
import re
from dataclasses import dataclass

_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2002-\u200a\u202f\u3000]")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|le|ge|ne|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_THINK = re.compile(r"<(/?)(?:think|thinking|thought)>", re.IGNORECASE)
_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})(?P<label>[^\S\n]*[\w.+#-]*(?:[^\S\n]+4)?)[^\S\n]*")
_LEAN_LABELS = frozenset({"lean", "lean4", "lean 4", "lean-4", "lean3", ""})


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `label` is in lower case; `closed` says that its end is in the text."""

    label: str
    text: str
    closed: bool

    @property
    def may_be_lean(self) -> bool:
        return self.label in _LEAN_LABELS or self.label.startswith("lean")


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion's text without its thoughts. `thinking`: nothing else is in it, so the text is
    that of the thoughts after all.
    """

    text: str
    thinking: bool = False


def clean(text: str) -> str:
    """`text` with plain newlines and spaces, without entities and zero-width characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return _SPACES.sub(" ", _ZERO_WIDTH.sub("", text))


def answer(text: str) -> Answer:
    """What stands outside of think blocks.

    A mark that closes nothing ends a thought that the prompt began; one that is not closed begins
    a thought that was cut off.
    """
    outside: list[str] = []
    inside: list[str] = []
    at = 0
    thinking = False
    for mark in _THINK.finditer(text):
        part = text[at : mark.start()]
        if mark[1] and not thinking:
            inside += [*outside, part]
            outside.clear()
        else:
            (inside if thinking else outside).append(part)
        thinking = not mark[1]
        at = mark.end()
    (inside if thinking else outside).append(text[at:])
    said = "".join(outside)
    return Answer(said) if said.strip() else Answer("\n".join(inside), thinking=bool(inside))


def blocks(text: str) -> tuple[Block, ...]:
    """The fenced blocks of `text`, in order."""
    found: list[Block] = []
    at = 0
    while (opening := _FENCE.search(text, at)) is not None:
        body = opening.end() + text.startswith("\n", opening.end())
        closing = re.compile(
            rf"(?<![`~]){re.escape(opening['mark'])}[`~]*+[^\S\n]*+(?=\n|\Z)"
        ).search(text, body if body > opening.end() else opening.end())
        end = len(text) if closing is None else closing.start()
        label = " ".join(opening["label"].lower().split())
        found.append(Block(label, text[body:end], closing is not None))
        at = len(text) if closing is None else closing.end()
    return tuple(found)


def before_fences(text: str) -> str:
    """What stands before the first fence mark; all of `text` where there is none."""
    first = _FENCE.search(text)
    return text if first is None else text[: first.start()]
