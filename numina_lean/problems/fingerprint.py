"""What two problems are compared by: their tokens, the decisive ones, and runs of three tokens."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from numina_lean.problems.tokens import bare, decisive, names, tokens

SHINGLE = 3
"""Tokens of a shingle."""

Hashes = NDArray[np.uint64]

_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_TOKENS_REMEMBERED = 2**16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`text`, `decisive` and `names` are digests; `shingles` sorted, distinct hashes of shingles.

    `length` is the number of tokens, `numbers` of those that are numbers. None of them depends on
    the process: hashes are BLAKE2, not Python's.
    """

    text: bytes
    decisive: bytes
    names: bytes
    shingles: Hashes
    length: int
    numbers: int


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a problem's text, whatever the text."""
    text = bare(text)
    found = tokens(text)
    return Fingerprint(
        text=_digest(" ".join(found)),
        decisive=_digest(" ".join(decisive(found))),
        names=_digest(" ".join(names(text))),
        shingles=_shingles(found),
        length=len(found),
        numbers=sum(token[0].isdigit() for token in found),
    )


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """The share of all shingles that both have (Jaccard).

    It is 0 where decisive tokens differ; and where texts of the same length have other names in
    them, since then one name was put for another ("find cos A", "find cos C"). A copy that was
    reworded has another length, as a rule.
    """
    if one.decisive != other.decisive:
        return 0.0
    if one.length == other.length and one.names != other.names:
        return 0.0
    common = np.intersect1d(one.shingles, other.shingles, assume_unique=True).size
    either = one.shingles.size + other.shingles.size - common
    return 1.0 if either == 0 else float(common / either)


def _shingles(found: list[str]) -> Hashes:
    if not found:
        return np.empty(0, dtype=np.uint64)
    hashes = np.array([_hash(token) for token in found], dtype=np.uint64)
    if hashes.size < SHINGLE:
        hashes = np.pad(hashes, (0, SHINGLE - hashes.size))
    count = hashes.size - SHINGLE + 1
    runs = sum(hashes[at : at + count] * _FACTORS[at] for at in range(SHINGLE))
    return np.unique(runs)


@lru_cache(_TOKENS_REMEMBERED)
def _hash(token: str) -> int:
    return int.from_bytes(blake2b(token.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
