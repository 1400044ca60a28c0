"""An append-only file of JSON lines that survives a kill: what is appended stays, whole or not.

A line cut short by a kill is cut off when the journal is opened again. Used by one process.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from numina_lean.corpus.files import sync_folder, write_text_atomically
from numina_lean.errors import InputError

Record = dict[str, object]


class Journal:
    """The records in `path`, and the end where more are added."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._open()

    def read(self) -> list[Record]:
        """The whole records, in order. Raises as `scan` does."""
        return list(self.scan())

    def scan(self) -> Iterator[Record]:
        """`read`, one record after the other. To be gone through to its end before `append`.

        Raises `InputError` where a line before the last cannot be read: no kill does that.
        """
        whole = 0
        self._stream.seek(0)
        for line, record in _records(self._stream, self._path):
            yield record
            whole += len(line)
        self._stream.truncate(whole)
        self._stream.seek(0, os.SEEK_END)

    def append(self, records: Iterable[Record]) -> None:
        """Add records; when this returns they are on the disk."""
        self._stream.write(b"".join(_line(record) for record in records))
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def replace(self, records: Iterable[Record]) -> None:
        """Hold these records and no others, in one step."""
        self._stream.close()
        text = b"".join(_line(record) for record in records).decode()
        write_text_atomically(self._path, text)
        self._stream = self._open()

    def close(self) -> None:
        self._stream.close()

    def _open(self) -> IO[bytes]:
        stream = self._path.open("a+b")
        sync_folder(self._path.parent)
        return stream


def read_journal(path: Path) -> Iterator[Record]:
    """The whole records of a journal that may be in use; nothing is written. Raises as `scan`."""
    with path.open("rb") as stream:
        for _, record in _records(stream, path):
            yield record


def _line(record: Record) -> bytes:
    """In UTF-8; a text that UTF-8 cannot say, of lone surrogates, is escaped."""
    try:
        return f"{json.dumps(record, ensure_ascii=False)}\n".encode()
    except UnicodeEncodeError:
        return f"{json.dumps(record)}\n".encode()


def _records(stream: IO[bytes], path: Path) -> Iterator[tuple[bytes, Record]]:
    for number, line in enumerate(stream, start=1):
        if not line.endswith(b"\n"):
            return
        try:
            record: Record = json.loads(line)
        except ValueError as error:
            raise InputError(
                f"{path} line {number}: damaged ({error}). "
                "Remove the line to have its problem done again"
            ) from error
        yield line, record
