"""How the set-up of the embedded Lean tells of its progress; the command line draws it."""

from typing import Literal, Protocol

Stage = Literal["wait", "download", "verify", "unpack", "slim"]
"""`wait`: another process is setting up. The others follow one another in this order."""


class Progress(Protocol):
    """Called often, from the thread that sets up. `total` is None while it is not known."""

    def __call__(self, stage: Stage, done: int, total: int | None) -> None: ...


def silent(stage: Stage, done: int, total: int | None) -> None:
    """The `Progress` of whoever does not want to hear of it."""
