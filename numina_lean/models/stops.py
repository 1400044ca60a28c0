"""Where a text ends because of a stop string, whether it comes whole or piece by piece.

The end is the first character at which any stop string is complete; where several are complete
there, the longest. So it depends on the text alone, never on how it was cut into pieces.
"""

from collections.abc import Sequence


def cut(text: str, stops: Sequence[str], keep: bool) -> tuple[str, bool]:
    """The text up to the first stop string, or with `keep` past it, and whether there was one."""
    cutter = StopCutter(stops, keep)
    kept = cutter.feed(text)
    return kept + cutter.rest(), cutter.stopped


class StopCutter:
    """Takes a text in pieces and gives out what cannot be part of a stop string any more."""

    def __init__(self, stops: Sequence[str], keep: bool) -> None:
        self._stops = sorted((stop for stop in stops if stop), key=len, reverse=True)
        self._keep = keep
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """What of the text up to here is certain and not given out yet; nothing after a stop."""
        if self.stopped:
            return ""
        text = self._held + piece
        found = [
            (start + len(stop), start) for stop in self._stops if (start := text.find(stop)) >= 0
        ]
        if found:
            end, start = min(found)
            self.stopped = True
            self._held = ""
            return text[: end if self._keep else start]
        certain = len(text) - self._open(text)
        self._held = text[certain:]
        return text[:certain]

    def rest(self) -> str:
        """What was held back, when no more comes."""
        held, self._held = self._held, ""
        return held

    def _open(self, text: str) -> int:
        """How much of the end of the text may become a stop string."""
        longest = len(self._stops[0]) - 1 if self._stops else 0
        for length in range(min(longest, len(text)), 0, -1):
            end = text[-length:]
            if any(stop.startswith(end) for stop in self._stops):
                return length
        return 0
