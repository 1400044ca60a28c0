"""Whether two answers are equal, and how that was shown."""

from typing import Literal

Equality = Literal["exact", "numeric", "symbolic"]


def equality(one: str, other: str) -> Equality | None:
    """How it was shown that the answers are equal, or None: unequal, or it could not be shown."""
    return "exact" if "".join(one.split()) == "".join(other.split()) else None


def equal(one: str, other: str) -> bool:
    """Whether the answers were shown to be equal."""
    return equality(one, other) is not None
