"""The output of a program: its beginning and its end are kept, the rest is only counted."""

_DRAINED = 64 << 20


class Capture:
    """Keeps `limit` bytes: three quarters from the beginning, the rest from the end, where the
    message of an error stands.
    """

    def __init__(self, limit: int) -> None:
        self._first = limit - limit // 4
        self._last = limit // 4
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    @property
    def endless(self) -> bool:
        """More came than any use could be made of."""
        return self._total > _DRAINED

    @property
    def cut(self) -> bool:
        return self._total > len(self._head) + len(self._tail)

    def take(self, data: bytes) -> None:
        self._total += len(data)
        room = self._first - len(self._head)
        self._head += data[:room]
        if len(data) > room:
            self._tail += data[max(0, room) :]
            del self._tail[: -self._last or None]

    def text(self) -> str:
        """What is not UTF-8 is shown as U+FFFD; a line says how much was left out, and where."""
        if not self.cut:
            return bytes(self._head + self._tail).decode(errors="replace")
        head, tail = self._head.decode(errors="ignore"), self._tail.decode(errors="ignore")
        left_out = self._total - len(self._head) - len(self._tail)
        return f"{head}\n[… {left_out} bytes left out …]\n{tail}"
