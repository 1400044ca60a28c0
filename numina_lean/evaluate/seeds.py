"""The seeds of a run: how they are written, and where each one's samples begin."""

import re

from numina_lean.errors import InputError

FIRST = 42
"""The seed of the published procedure."""
STRIDE = 10_000
"""From where one seed's samples begin to where the next one's do.

Backends draw sample i with `seed + i`: seeds that follow each other would share all their samples
but one, and their spread would look far too small.
"""
_MOST = 1000


def seeds_of(text: str) -> tuple[int, ...]:
    """`N`: that many seeds from 42 on; `FIRST..LAST`: those. Raises `InputError`."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:\s*\.\.\s*(\d{1,6}))?\s*", text)
    if match is None:
        raise InputError(f"--seeds {text}: write a number of seeds (5) or a range (42..46)")
    if match[2] is None:
        first, last = FIRST, FIRST + int(match[1]) - 1
    else:
        first, last = int(match[1]), int(match[2])
    if not 0 < last - first + 1 <= _MOST:
        raise InputError(f"--seeds {text}: that is no seed, or more than {_MOST}")
    return tuple(range(first, last + 1))


def drawn_from(seed: int, samples: int) -> int:
    """Where the samples of a seed begin: no two seeds share one. Raises `InputError`."""
    if samples > STRIDE:
        raise InputError(f"--samples {samples}: a seed has room for {STRIDE}")
    return seed * STRIDE
