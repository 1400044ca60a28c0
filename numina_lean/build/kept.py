"""The rows of a stage on the disk: found by their position in the input, added to in any order.

A journal (`corpus.journal`) whose lines begin with the position, and in memory nine bytes a row:
where its line is, and whether the stage kept it. A line that a kill cut short is cut off. A row
that its stage left as it was is read from the stage before, and not written again.
"""

import json
import os
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Generic

from numina_lean.build.stage import Form, Out, Record, Rejected
from numina_lean.corpus.journal import Journal
from numina_lean.errors import InputError

_LINE = re.compile(rb'\{"n": (\d+), "kept": (true|false), ')
_ABSENT, _KEPT, _REJECTED = 0, 1, 2


class Same:
    """Stands for a row that a stage left as it was."""


SAME = Same()


class Kept(Generic[Out]):
    """What a stage has made of rows so far. Iterating gives positions and rows, in input order.

    Raises `InputError` where a line before the last is damaged.
    """

    def __init__(
        self, path: Path, name: str, form: Form[Out], before: "Kept[Any] | None" = None
    ) -> None:
        """`before`: the stage that the rows come from."""
        self.name = name
        self.form = form
        self._before = before
        self.reasons: Counter[str] = Counter()
        self.review = 0
        self._path = path
        self._offsets = array("q")
        self._states = bytearray()
        self._end = 0
        self._kept = 0
        if path.exists():
            self._index()
            os.truncate(path, self._end)
        self._journal = Journal(path)
        self._stream = path.open("rb")

    def __len__(self) -> int:
        """How many rows the stage kept."""
        return self._kept

    @property
    def settled(self) -> int:
        """How many rows the stage kept or rejected."""
        return self._kept + sum(self.reasons.values())

    def has(self, position: int) -> bool:
        """Whether the row of that position is settled."""
        return position < len(self._states) and self._states[position] != _ABSENT

    def __iter__(self) -> Iterator[tuple[int, Out]]:
        for position, state in enumerate(self._states):
            if state == _KEPT:
                yield position, self.form.decode(self._row(position))

    def left_by(self, other: "Kept[Any]") -> Iterator[tuple[int, Out]]:
        """The rows that `other` has not settled."""
        for position, state in enumerate(self._states):
            if state == _KEPT and not other.has(position):
                yield position, self.form.decode(self._row(position))

    def reads_through(self, before: "Kept[Any]") -> bool:
        """Whether a row of `before` may stand for one of this stage: both are written alike."""
        return self.form is before.form

    def rejected(self) -> Iterator[tuple[int, Rejected]]:
        """What the stage rejected, in input order."""
        for position, state in enumerate(self._states):
            if state == _REJECTED:
                line = self._read(position)
                yield position, Rejected(line["reason"], line["detail"], line["review"], line["id"])

    def record(self, position: int) -> Record | None:
        """The row of that position as JSON has it; None where the stage did not keep it."""
        if position >= len(self._states) or self._states[position] != _KEPT:
            return None
        return self._row(position)

    def add(self, results: Iterable[tuple[int, str, Out | Rejected | Same]]) -> None:
        """Positions, ids and what became of the rows; on the disk when this returns."""
        lines = [self._line(position, name, result) for position, name, result in results]
        if lines:
            self._journal.append(lines)
            self._index()

    def close(self) -> None:
        self._journal.close()
        self._stream.close()

    def _line(self, position: int, name: str, result: Out | Rejected | Same) -> Record:
        if isinstance(result, Rejected):
            return {
                "n": position, "kept": False, "id": result.id or name, "reason": result.reason,
                "detail": result.detail, "review": result.review,
            }  # fmt: skip
        row = None if isinstance(result, Same) else self.form.encode(result)
        return {"n": position, "kept": True, "row": row}

    def _row(self, position: int) -> Record:
        row: Record | None = self._read(position)["row"]
        if row is not None:
            return row
        if self._before is None:
            raise InputError(f"{self._path}: a row left as it was, and no stage before")
        return self._before._row(position)

    def _read(self, position: int) -> Record:
        self._stream.seek(self._offsets[position])
        found: Record = json.loads(self._stream.readline())
        return found

    def _index(self) -> None:
        """Take in the whole lines from where the index ends."""
        with self._path.open("rb") as stream:
            stream.seek(self._end)
            for line in stream:
                if not line.endswith(b"\n"):
                    return
                begun = _LINE.match(line)
                if begun is None:
                    raise InputError(
                        f"{self._path}: damaged at byte {self._end}. "
                        "Remove the line to have its row done again"
                    )
                self._take(int(begun[1]), begun[2] == b"true", line)
                self._end += len(line)

    def _take(self, position: int, kept: bool, line: bytes) -> None:
        missing = position + 1 - len(self._states)
        if missing > 0:
            self._states.extend(bytes(missing))
            self._offsets.extend([-1] * missing)
        self._offsets[position] = self._end
        self._states[position] = _KEPT if kept else _REJECTED
        if kept:
            self._kept += 1
        else:
            record = json.loads(line)
            self.reasons[record["reason"]] += 1
            self.review += record["review"]
