"""A header shared by many sources: put before those that import nothing, invisible in answers.

Positions that Lean reports on top of the header are moved back, so that a user sees the lines of
the source that was handed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from numina_lean.check.verdict import Outcome
from numina_lean.errors import InputError
from numina_lean.lean.report import Message, Position
from numina_lean.lean.source import split_header

_BEGINNINGS = ("import ", "open ", "set_option ", "--", "/-")


@dataclass(frozen=True, slots=True)
class SharedHeader:
    """Lean text ending in a newline; empty when there is none."""

    text: str = ""

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def applies_to(self, source: str) -> bool:
        """Whether `source` brings no module header of its own (`import`, `module`, `prelude`)."""
        return bool(self.text) and split_header(source)[1] == source

    def put_before(self, source: str) -> str:
        """The source to check in place of `source`, which is itself if the header is not for it."""
        return self.text + source if self.applies_to(source) else source

    def moved_back(self, outcome: Outcome) -> Outcome:
        """`outcome` of a source with the header before it, in the lines of that source alone.

        What Lean says of the header itself is left out, errors excepted: those are moved to the
        beginning of the source.
        """
        return replace(
            outcome,
            messages=tuple(self._messages(outcome.messages)),
            sorries=tuple(
                replace(sorry, start=self._back(sorry.start), end=self._end(sorry.end))
                for sorry in outcome.sorries
            ),
        )

    def _messages(self, messages: Iterable[Message]) -> Iterable[Message]:
        for message in messages:
            if message.start.line > self.lines or message.severity == "error":
                yield replace(message, start=self._back(message.start), end=self._end(message.end))

    def _back(self, position: Position) -> Position:
        if position.line > self.lines:
            return replace(position, line=position.line - self.lines)
        return Position(1, 0)

    def _end(self, position: Position | None) -> Position | None:
        return None if position is None else self._back(position)


def read_header(argument: str) -> SharedHeader:
    """The header that `--header` names: a file, or Lean text itself. Raises `InputError`."""
    path = Path(argument)
    try:
        if path.is_file():
            text = path.read_bytes().decode()
        elif argument.lstrip().startswith(_BEGINNINGS):
            text = argument
        else:
            raise InputError(
                f"--header {argument}: no such file, nor Lean text that begins with "
                "import, open or set_option"
            )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise InputError(f"--header {argument}: {error.strerror}") from error
    return SharedHeader(text if text.endswith("\n") else text + "\n")
