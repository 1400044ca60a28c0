r"""Whether two answers are equal, and how that was shown.

Three stages, each only where the one before cannot tell: normal form (`exact`), arithmetic with
the tolerance of `closeness` (`numeric`), and computer algebra in a process of its own (see
`prover`). What counts as equal is said in `compare` and, with cases, in docs/answers.md.
"""

from functools import lru_cache
from typing import Literal

from numina_lean.answers.arithmetic import Arithmetic
from numina_lean.answers.compare import compared
from numina_lean.answers.prover import prove
from numina_lean.answers.reading import read
from numina_lean.answers.spelling import LONGEST, squeezed

Equality = Literal["exact", "numeric", "symbolic"]


def equality(one: str, other: str) -> Equality | None:
    """How it was shown that the answers are equal, or None: unequal, or it could not be shown.

    Symmetric and reflexive. Takes any text, never raises, and takes a few seconds at most: the
    stage of computer algebra has a limit of its own. Safe to call from many threads.
    """
    one, other = one.strip(), other.strip()
    if one == other:
        return "exact"
    if max(len(one), len(other)) > LONGEST:
        return "exact" if squeezed(one) == squeezed(other) else None
    return _equality(*sorted((one, other)))


def equal(one: str, other: str) -> bool:
    """Whether the answers were shown to be equal."""
    return equality(one, other) is not None


@lru_cache(maxsize=4096)
def _equality(one: str, other: str) -> Equality | None:
    try:
        verdict = compared(read(one), read(other), Arithmetic())
    except RecursionError:  # the caller's stack leaves no room for even a shallow answer
        return None
    if verdict == "unknown":
        return prove(one, other)
    return None if verdict == "unequal" else verdict
