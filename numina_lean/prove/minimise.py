"""A proof that was found, made shorter: what it does not need is left out, a step at a time.

Each shorter text is checked against the statement before it takes the place of the one before it,
so that what comes out is a proof, and never longer than what went in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.prove.context import split_outside
from numina_lean.prove.prove import Checker
from numina_lean.translate.statement import Statement

MOST_CHECKS = 60

_INLINE_FIRST = re.compile(r"\bfirst \| ")


@dataclass(frozen=True, slots=True)
class Minimised:
    """The shortest proof found, its check (None where no shorter one was found), and how many
    texts were checked for it.
    """

    source: str
    outcome: Outcome | None
    checks: int


def minimise(
    source: str,
    statement: Statement,
    checker: Checker,
    *,
    timeout: float,
    heartbeats: int,
    most_checks: int = MOST_CHECKS,
) -> Minimised:
    """Shorten `source`, a proof of `statement`. Only what stands behind the statement's own text
    is touched: a source that does not begin with it is left as it is.
    """
    front = statement.source("").rstrip()
    if not source.startswith(front):
        return Minimised(source, None, 0)
    best, outcome, checks = source[len(front) :].strip(), None, 0
    shorter = True
    tried = {best}
    while shorter and checks < most_checks:
        shorter = False
        for text in _shorter(best):
            if text in tried or len(text) >= len(best):
                continue
            if checks == most_checks:
                break
            tried.add(text)
            checks += 1
            item = Item(
                id=f"{statement.name}:shorter",
                source=statement.source(text),
                timeout=timeout,
                heartbeats=heartbeats,
                reference=statement.source(),
            )
            found = checker.check(item)
            if found.verdict is Verdict.PROVED:
                best, outcome, shorter = text, found, True
                break
    return Minimised(statement.source(best) if outcome else source, outcome, checks)


def _shorter(proof: str) -> Iterator[str]:
    """Texts with less in them, those that leave out most first."""
    lines = proof.split("\n")
    yield from _fewer_alternatives(lines)
    yield from _inline_alternatives(lines)
    yield from _without_blocks(lines)
    yield from _without_brackets(lines)


def _fewer_alternatives(lines: list[str]) -> Iterator[str]:
    """A `first` over several lines: one half of its alternatives, or the only one by itself."""
    for start, line in enumerate(lines):
        if line.strip() not in ("first", "· first"):
            continue
        margin = len(line) - len(line.lstrip())
        blocks = _alternatives(lines, start, margin)
        end = start + 1 + sum(map(len, blocks))
        if len(blocks) == 1:
            yield "\n".join([*lines[:start], *_alone(blocks[0], line), *lines[end:]])
        elif len(blocks) > 1:
            middle = len(blocks) // 2
            for half in (blocks[:middle], blocks[middle:]):
                kept = [each for block in half for each in block]
                yield "\n".join([*lines[: start + 1], *kept, *lines[end:]])


def _alternatives(lines: list[str], start: int, margin: int) -> list[list[str]]:
    blocks: list[list[str]] = []
    for line in lines[start + 1 :]:
        indent = len(line) - len(line.lstrip())
        if line.strip().startswith("| ") and indent <= margin + 4 and indent >= margin:
            blocks.append([line])
        elif blocks and indent > margin:
            blocks[-1].append(line)
        else:
            break
    return blocks


def _alone(block: list[str], head: str) -> list[str]:
    """An alternative in the place of its `first`."""
    own = len(block[0]) - len(block[0].lstrip()) + 2
    margin = " " * (len(head) - len(head.lstrip()))
    bullet = "· " if head.strip().startswith("·") else ""
    first = f"{margin}{bullet}{block[0].strip()[2:]}"
    shift = len(margin) + len(bullet) - own
    rest = [
        " " * max(len(line) - len(line.lstrip()) + shift, 0) + line.lstrip() for line in block[1:]
    ]
    return [first, *rest]


def _inline_alternatives(lines: list[str]) -> Iterator[str]:
    """`first | a | b` on a line: one of its alternatives."""
    for number, line in enumerate(lines):
        for match in _INLINE_FIRST.finditer(line):
            rest = line[match.end() :]
            end = _closing(rest)
            for option in split_outside(rest[:end], " | "):
                shorter = f"{line[: match.start()]}{option.strip()}{rest[end:]}"
                yield "\n".join([*lines[:number], shorter, *lines[number + 1 :]])


def _closing(text: str) -> int:
    """Where the bracket closes that is open before `text`, or its end."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{⟨") - (letter in ")]}⟩")
        if depth < 0:
            return at
    return len(text)


def _without_brackets(lines: list[str]) -> Iterator[str]:
    """Tactics in brackets over several lines: without the brackets."""
    for start, line in enumerate(lines):
        margin = len(line) - len(line.lstrip())
        if not line.startswith("(", margin):
            continue
        end = start + 1
        while end < len(lines) and lines[end].startswith(" " * (margin + 1)):
            end += 1
        whole = "\n".join(lines[start:end])
        if _closing(whole[margin + 1 :]) == len(whole) - margin - 2:
            inner = [
                line[:margin] + line[margin + 1 :],
                *(each[1:] for each in lines[start + 1 : end]),
            ]
            inner[-1] = inner[-1][:-1]
            yield "\n".join([*lines[:start], *inner, *lines[end:]])


def _without_blocks(lines: list[str]) -> Iterator[str]:
    """Without a line and what is further in below it, the last such block first."""
    for start in range(len(lines) - 1, 0, -1):
        if not lines[start].strip():
            continue
        margin = len(lines[start]) - len(lines[start].lstrip())
        end = start + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > margin:
            end += 1
        if end - start < len(lines) - 1:
            yield "\n".join([*lines[:start], *lines[end:]])
