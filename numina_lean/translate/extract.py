"""The statement that a formaliser's completion comes to, wherever in it the Lean stands.

The answer is looked for in this order: the last fenced block with a theorem (of the name that was
asked for, if one has it), then the prose, then, where the model said nothing else, its thoughts.
Only the statement is taken: its proof is dropped, so are other theorems. What is not certain is
refused with a reason, not mended.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from numina_lean.translate.completion import Answer, Block, answer, blocks, clean
from numina_lean.translate.outline import THEOREMS, VARIABLES, Command, outline
from numina_lean.translate.reading import UnreadableError, statement_at, target
from numina_lean.translate.statement import Statement

LONGEST = 400_000
"""Characters of a completion, thoughts and all; a longer one is refused."""

LONGEST_ANSWER = 100_000
"""Characters of what is left of it without thoughts."""


class Reason(StrEnum):
    """Why no statement is taken from a completion."""

    TOO_LONG = "completion_too_long"
    EMPTY = "empty_completion"
    NO_LEAN = "no_lean"
    """No theorem in it, fenced or not."""
    TRUNCATED = "truncated"
    """Ends before its theorem's type does."""
    UNREADABLE = "unreadable"
    """Has a theorem that is not of the form that `reading` reads; the detail says what."""
    VARIABLES = "variables"
    """The statement stands under `variable`, so its binders are not all written at it."""
    ASSUMES = "assumes"
    """Declares an axiom or something opaque."""


class ExtractionError(ValueError):
    """A completion without a statement that can be taken from it. `reason` is of `Reason`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Extracted:
    """`given_name` is the name that the completion gave the theorem.

    `in_thoughts`: the model said nothing outside of its thoughts. `header_added`: it imported
    nothing.
    """

    statement: Statement
    given_name: str
    in_thoughts: bool = False
    header_added: bool = False


_LEAN_BEGINS = re.compile(
    r"^[^\S\n]*(?:import[^\S\n]+[A-Z][\w.]*[^\S\n]*$|open[^\S\n]+(?:scoped[^\S\n]+)?[A-Z]"
    r"|set_option[^\S\n]+[\w.]+[^\S\n]|noncomputable[^\S\n]|@\[|/--"
    r"|(?:theorem|lemma|def|abbrev|structure|inductive|example)\b)",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_THEOREM = re.compile(r"\b(?:theorem|lemma|example|def)\b")


def extract(
    completion: str, *, prefill: str = "", header: str | None = None, name: str | None = None
) -> Extracted:
    """The statement that `completion` ends in. Raises `ExtractionError`, and nothing else.

    `prefill` is what the completion goes on from. `header` is put before a source that imports
    nothing. Of several theorems the one called `name` is taken, else the last; `name` is then the
    statement's name.
    """
    said = answer_in(prefill + completion)
    commands, at = _chosen(said.text, name)
    found = _statement(commands, at)
    given_name, added = found.name, False
    if header is not None and not any(each.keyword == "import" for each in commands[:at]):
        found, added = replace(found, header=_joined(header, found.header)), True
    if name is not None:
        found = replace(found, name=name)
    return Extracted(found, given_name, said.thinking, added)


def answer_in(completion: str) -> Answer:
    """What a completion says besides its thoughts. Raises `ExtractionError` for too much, or none.

    Where it says nothing else, its thoughts.
    """
    if len(completion) > LONGEST:
        raise ExtractionError(Reason.TOO_LONG, f"{len(completion)} characters")
    said = answer(clean(completion))
    if len(said.text) > LONGEST_ANSWER:
        raise ExtractionError(Reason.TOO_LONG, f"{len(said.text)} characters besides thoughts")
    if not said.text.strip():
        raise ExtractionError(Reason.EMPTY, "the completion is empty")
    return said


def lean_block(text: str, name: str | None = None) -> Block | None:
    """The last fenced block of `text` with a theorem: that of the name, if one has it."""
    candidates = [
        block for block in blocks(text) if block.may_be_lean and _THEOREM.search(block.text)
    ]
    if name is not None:
        word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.'])")
        candidates = [block for block in candidates if word.search(block.text)] or candidates
    return candidates[-1] if candidates else None


def _chosen(text: str, name: str | None) -> tuple[tuple[Command, ...], int]:
    """The commands of the source that is the answer, and which of them is the statement."""
    block = lean_block(text, name)
    if block is not None:
        commands = outline(_dedented(block.text))
        at = target(commands, name)
        if at is not None:
            return _closed(commands, at, cut_off=not block.closed), at
        if not block.closed:
            raise ExtractionError(Reason.TRUNCATED, "the block ends before its theorem does")
    commands = outline(_prose_dropped(text))
    at = target(commands, name)
    if at is None:
        raise ExtractionError(Reason.NO_LEAN, "no theorem in the completion")
    return commands, at


def _closed(commands: tuple[Command, ...], at: int, *, cut_off: bool) -> tuple[Command, ...]:
    """`commands` with `:= by sorry` after the statement, if a whole block ends without it."""
    if _defect(commands, at) != "no_proof":
        return commands
    if cut_off and at == len(commands) - 1:
        raise ExtractionError(Reason.TRUNCATED, "the block ends before the theorem's type does")
    whole = replace(commands[at], text=commands[at].text + " := by sorry")
    return (*commands[:at], whole, *commands[at + 1 :])


def _defect(commands: Sequence[Command], at: int) -> str | None:
    try:
        statement_at(commands, at)
    except UnreadableError as error:
        return error.reason
    return None


def _statement(commands: Sequence[Command], at: int) -> Statement:
    """The statement at `at` after what it may rest on: no other theorems."""
    before = [each for each in commands[:at] if each.keyword not in THEOREMS | {""}]
    settings = [setting.split(maxsplit=1)[0] for setting in commands[at].settings]
    for word in (*(each.keyword for each in before), *settings):
        if word in VARIABLES:
            raise ExtractionError(Reason.VARIABLES, f"the statement stands under {word}")
        if word in ("axiom", "opaque"):
            raise ExtractionError(Reason.ASSUMES, f"declares an {word}")
    kept = [each for each in before if not each.keyword.startswith("#")]
    try:
        return statement_at((*kept, commands[at]), len(kept))
    except UnreadableError as error:
        if error.reason == "no_proof":
            detail = "no := after the theorem's type, and no fence to tell where it ends"
            raise ExtractionError(Reason.TRUNCATED, detail) from error
        raise ExtractionError(Reason.UNREADABLE, f"{error.reason}: {error.detail}") from error


def _dedented(text: str) -> str:
    """`text` without the indentation that its lines share, quotation marks of Markdown included."""
    lines = text.expandtabs(2).split("\n")
    if all(line.startswith(">") for line in lines if line.strip()):
        lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    shared = min(widths, default=0)
    return "\n".join(line[shared:] for line in lines)


def _prose_dropped(text: str) -> str:
    """The paragraphs of `text` that begin as Lean does, each from where it does."""
    kept: list[str] = []
    for paragraph in _PARAGRAPH.split(text):
        begins = _LEAN_BEGINS.search(paragraph)
        if begins is not None:
            kept.append(_dedented(paragraph[begins.start() :]))
        elif kept and paragraph[:1].isspace():
            kept.append(paragraph)
    return "\n\n".join(kept)


def _joined(header: str, own: str) -> str:
    """`header`, then the lines of `own` that it does not have."""
    have = {line.strip() for line in header.splitlines()}
    rest = [line for line in own.splitlines() if line.strip() and line.strip() not in have]
    return "\n".join([header.strip(), *rest]).strip()
