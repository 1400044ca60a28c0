"""Lean's errors as text to show a model: in our form, and in those that provers were trained on.

Lines of a source count from 1 and columns from 0 in code points, as Lean counts them.
"""

from collections.abc import Sequence
from itertools import takewhile

from numina_lean.lean.report import Message, Position

MOST = 8
"""Errors that are shown."""

LONGEST = 1_500
"""Characters of a message that are shown: a goal may be pages long."""

_GOEDEL_BEFORE = 4
_GOEDEL_LINES = 6
_KIMINA_ERRORS = 3
_KIMINA_AROUND = 2


def lean_messages(source: str, messages: Sequence[Message]) -> str:
    """The errors as `line:column: message`, each with the line it is about and a caret below."""
    lines = source.split("\n")
    errors = _errors(messages)
    shown = []
    for error in errors[:MOST]:
        at = error.start
        line = _line(lines, at.line)
        width = _width(error, line)
        caret = f"{' ' * at.column}{'^' * width}"
        shown.append(f"{at.line}:{at.column}: error: {_cut(error.text)}\n{line}\n{caret}")
    if len(errors) > MOST:
        shown.append(f"and {len(errors) - MOST} more errors")
    return "\n\n".join(shown)


def goedel_errors(source: str, messages: Sequence[Message]) -> str:
    """The errors as Goedel-Prover-V2's own scripts put them, with `<error>` marks in the code."""
    lines = source.split("\n")
    errors = _errors(messages)
    parts = []
    for number, error in enumerate(errors[:MOST], start=1):
        parts.append(
            f"\nError {number}:\n\nCorresponding Code:\n```lean4\n{_marked(lines, error)}\n```\n"
            f"\nError Message: {error.text}\n"
        )
    if len(errors) > MOST:
        parts.append(f"\n... [Omitted {len(errors) - MOST} more errors] ...\n")
    return "".join(parts)


def kimina_errors(source: str, messages: Sequence[Message]) -> str:
    """The errors as Kimina-Prover's demonstration puts them: lines count from after the imports."""
    lines = source.split("\n")
    gone = sum(1 for _ in takewhile(lambda line: line.startswith("import"), lines))
    lines = lines[gone:]
    parts = []
    for number, error in enumerate(_errors(messages)[:_KIMINA_ERRORS], start=1):
        at = error.start.line - 1 - gone
        first, last = max(0, at - _KIMINA_AROUND), min(len(lines), at + _KIMINA_AROUND + 1)
        code = "".join(
            f"{place + 1:03d}{' >' if place == at else '  '}| {lines[place]}\n"
            for place in range(first, last)
        )
        parts.append(
            f"# Error {number}:\nError message: \n{error.text.strip()}\n\n"
            f"Lean 4 code snippet with error:\n```lean4\n{code}```\n"
        )
    return "".join(parts)


def _errors(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.severity == "error"]


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _width(error: Message, line: str) -> int:
    """How many carets: to the error's end, or to the line's where it ends on another."""
    end, at = error.end, error.start
    if end is None:
        return 1
    last = end.column if end.line == at.line else len(line)
    return max(1, last - at.column)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _marked(lines: Sequence[str], error: Message) -> str:
    """The code of an error between marks, with the four lines before it and the one after."""
    start = error.start
    own = _line(lines, start.line)
    end = error.end or Position(start.line, len(own))
    before = [*lines[max(0, start.line - 1 - _GOEDEL_BEFORE) : start.line - 1]]
    opened = f"{own[: start.column]}<error>"
    if end.line == start.line:
        marked = [f"{opened}{own[start.column : end.column]}</error>{own[end.column :]}"]
    else:
        shown = lines[start.line : min(end.line - 1, start.line - 1 + _GOEDEL_LINES)]
        marked = [f"{opened}{own[start.column :]}", *shown]
        if end.line - 1 > start.line - 1 + _GOEDEL_LINES:
            indent = len(shown[-1]) - len(shown[-1].lstrip(" "))
            marked += ["", f"{' ' * indent}... --[Truncated]-- ..."]
        last = _line(lines, end.line)
        marked.append(f"{last[: end.column]}</error>{last[end.column :]}")
    after = lines[end.line : end.line + 1]
    return "\n".join([*before, *marked, *after, ""])
