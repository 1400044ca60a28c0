"""Who may work beside whom in a process that a piece of work may take down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Work that is suspect is done alone: what it takes down then is itself. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._working = 0
        self._alone = False
        self._suspects = 0

    @contextmanager
    def taken(self, *, alone: bool) -> Iterator[None]:
        """Wait for a turn and have it for the time of the block. Suspects go first."""
        with self._changed:
            if alone:
                self._suspects += 1
                self._changed.wait_for(lambda: not self._working)
                self._suspects -= 1
            else:
                self._changed.wait_for(lambda: not self._alone and not self._suspects)
            self._working += 1
            self._alone = alone
        try:
            yield
        finally:
            with self._changed:
                self._working -= 1
                self._alone = False
                self._changed.notify_all()
