r"""AMC and AIME: pages of the AoPS wiki, one a problem, as wikitext or as HTML.

Of the candidate solutions of a page the first with a `\boxed` is taken, as for NuminaMath-CoT. A
page is a file (`.html`, `.wiki`, `.wikitext`, `.mediawiki`, `.txt`), or a JSON record: what
MediaWiki's API answers (`parse` or `query`), or an object with `title` and `wikitext` or `html`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from numina_lean.build.cot.ending import boxed_answer
from numina_lean.build.cot.html_text import Section, html_sections
from numina_lean.build.cot.raw import DOCUMENTS, TABLES, Text, has_files, records, texts
from numina_lean.build.cot.row import CotRow, new_row, text_of
from numina_lean.build.cot.wikitext import wikitext_sections
from numina_lean.build.stage import Rejected
from numina_lean.errors import InputError

_HTML, _WIKITEXT = (".html", ".htm"), (".wiki", ".wikitext", ".mediawiki", ".txt")
_PROBLEM = re.compile(r"\s*problem\b", re.IGNORECASE)
_SOLUTION = re.compile(r"\s*(?:\w+\s+){0,2}(?:solution|proof)s?\b", re.IGNORECASE)
_NO_SOLUTION = re.compile(r"\bvideo\b|\bsee also\b|\bnotes?\b|\bcomments?\b", re.IGNORECASE)
_REDIRECT = re.compile(r"\s*#REDIRECT\b", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?:[~–—]|-(?!\d))[^$\\]{1,60}"
    r"|\(?(?:edited|revised|(?:video )?solution) by[^$\\]{1,60}"
    r"|[^\s$\\]{1,60}@[^$\\]{1,80}",
    re.IGNORECASE,
)
"""A line that says who wrote a solution."""

_IMAGE = re.compile(r"!\[\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Page:
    origin: str
    title: str
    sections: list[Section]


def read_wiki(source: str, path: Path) -> Iterator[CotRow | Rejected]:
    """A row a page. Raises `InputError` where there is no page in any of the forms."""
    for page in _pages(path):
        yield page if isinstance(page, Rejected) else _row(source, page)


def first_boxed(candidates: list[str]) -> str | None:
    r"""The first candidate with a `\boxed` that is not empty."""
    return next((text for text in candidates if boxed_answer(text) is not None), None)


def candidates(sections: list[Section]) -> list[str]:
    """The solutions of a page, in order; what stands below a solution under another heading, as
    `Case 1`, is a part of it.
    """
    found: list[list[str]] = []
    level = 0
    for section in sections:
        if _NO_SOLUTION.search(section.title):
            level = 0
        elif _SOLUTION.match(section.title):
            found.append([section.text])
            level = section.level
        elif level and section.level > level:
            found[-1].append(section.text)
        else:
            level = 0
    return [_unsigned("\n\n".join(parts)) for parts in found]


def _unsigned(text: str) -> str:
    """Without the last lines that say who wrote it."""
    lines = text.strip().split("\n")
    while lines and (not lines[-1].strip() or _SIGNATURE.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines).strip()


def _row(source: str, page: Page) -> CotRow | Rejected:
    problem = next((each.text for each in page.sections if _PROBLEM.match(each.title)), "")
    name = page.title.replace(" ", "_")
    if not problem:
        return Rejected("no_problem", "no section Problem", id=page.origin)
    solutions = candidates(page.sections)
    solution = first_boxed(solutions)
    if solution is None:
        detail = f"none of {len(solutions)} candidate solutions has a box"
        return Rejected("no_boxed_solution", detail, review=bool(solutions), id=page.origin)
    images = tuple(dict.fromkeys(_IMAGE.findall(f"{problem}\n{solution}")))
    return new_row(
        source, name, page.origin, problem, solution, boxed_answer(solution), images=images
    )


def _pages(path: Path) -> Iterator[Page | Rejected]:
    some = False
    if has_files(path, (*_HTML, *_WIKITEXT)):
        some = True
        for text in texts(path, (*_HTML, *_WIKITEXT)):
            yield text if isinstance(text, Rejected) else _file_page(text)
    if has_files(path, (*TABLES, *DOCUMENTS)):
        some = True
        for raw in records(path):
            if isinstance(raw, Rejected):
                yield raw
            else:
                yield _record_page(raw.origin, raw.fields)
    if not some:
        forms = ", ".join((*_HTML, *_WIKITEXT, *TABLES, *DOCUMENTS))
        raise InputError(f"{path}: no page of the wiki. Pages come as {forms}")


def _file_page(text: Text) -> Page | Rejected:
    path = PurePosixPath(text.origin)
    title = path.with_suffix("").as_posix()
    if path.suffix.lower() in _HTML:
        return Page(text.origin, title, html_sections(text.text))
    return _wikitext_page(text.origin, title, text.text)


def _record_page(origin: str, fields: Mapping[str, Any]) -> Page | Rejected:
    found = _content(fields)
    if found is None:
        return Rejected("unreadable", "neither wikitext nor HTML in the record", id=origin)
    title, wikitext, markup = found
    if wikitext:
        return _wikitext_page(origin, title or origin, wikitext)
    return Page(origin, title or origin, html_sections(markup))


def _wikitext_page(origin: str, title: str, text: str) -> Page | Rejected:
    if _REDIRECT.match(text):
        return Rejected("redirect", text.strip()[:200], id=origin)
    return Page(origin, title, wikitext_sections(text))


def _content(fields: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Title, wikitext, HTML; one of the last two is empty."""
    inner = fields.get("parse")
    if isinstance(inner, dict):
        fields = inner
    elif isinstance(fields.get("query"), dict):
        fields = _queried(fields["query"])
    title = text_of(fields, "title")
    for name, markup in (("wikitext", False), ("html", True), ("text", True)):
        text = _starred(fields.get(name))
        if text:
            return (title, "", text) if markup else (title, text, "")
    return None


def _queried(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """The page of an answer to `action=query&prop=revisions`, of either format version."""
    pages = query.get("pages")
    listed = list(pages.values()) if isinstance(pages, dict) else pages
    if not isinstance(listed, list) or not listed or not isinstance(listed[0], dict):
        return {}
    page = listed[0]
    revisions = page.get("revisions")
    if not isinstance(revisions, list) or not revisions or not isinstance(revisions[0], dict):
        return {}
    revision = revisions[0]
    slots = revision.get("slots")
    if isinstance(slots, dict) and isinstance(slots.get("main"), dict):
        revision = slots["main"]
    return {"title": page.get("title"), "wikitext": _starred(revision)}


def _starred(value: object) -> str:
    """Text as the API gives it: bare, or under `*` or `content`."""
    if isinstance(value, dict):
        return text_of(value, "*", "content")
    return value if isinstance(value, str) and value.strip() else ""
