"""Connections on which nothing is asked: how many there may be, and for how long.

Each takes a file descriptor, and a pool that finds none left can start no process and read no
pipe. The server underneath only closes those that have been answered before.
"""

import asyncio
from collections.abc import Iterable
from typing import Protocol

QUIET_SECONDS = 90.0
"""How long a connection may stand without a request, or take to send the head of one."""
MOST_DESCRIPTORS = 65536
"""No more are asked of the system, whatever it would allow."""
USUAL_DESCRIPTORS = 1024
"""Assumed where the system does not say."""


class Cycle(Protocol):
    """A request and its answer, in uvicorn's words."""

    response_complete: bool


class Connection(Protocol):
    """What is needed of a protocol instance of uvicorn; `cycle` is None before any request."""

    cycle: Cycle | None
    transport: asyncio.Transport


class Quiet:
    """Closes quiet connections: those above `most` in all, the quietest first, and the old."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._since: dict[Connection, tuple[Cycle | None, float]] = {}

    def sweep(self, connections: Iterable[Connection], now: float) -> None:
        """To be called often. `now` in seconds, of a clock that never goes back."""
        all_ = list(connections)
        quiet = [each for each in all_ if each.cycle is None or each.cycle.response_complete]
        since: dict[Connection, tuple[Cycle | None, float]] = {}
        for each in quiet:
            cycle, begun = self._since.get(each, (each.cycle, now))
            since[each] = (cycle, begun) if cycle is each.cycle else (each.cycle, now)
        self._since = since
        quiet.sort(key=lambda each: since[each][1])
        surplus = max(0, len(all_) - self._most)
        for number, each in enumerate(quiet):
            if number < surplus or now - since[each][1] > QUIET_SECONDS:
                each.transport.close()


def raise_descriptors() -> int:
    """Let this process have as many file descriptors as it may; how many those are."""
    try:
        import resource
    except ImportError:  # Windows
        return USUAL_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS allows less than it says
        return soft
    return wanted
