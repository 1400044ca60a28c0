"""Seeds of samples, from what they are samples of: the same in a run that goes on after a kill."""

import hashlib

_BITS = 31
_ROOM = 1 << 20
"""Samples of one request that have seeds of their own: sample i is drawn with the seed plus i."""


def seed_of(run_seed: int, problem_id: str, task: str, round: int = 0) -> int:
    """The seed of sample 0 of what is asked about a problem: at least 0, and below 2³¹ - 2²⁰."""
    digest = hashlib.sha256(f"{run_seed}\n{problem_id}\n{task}\n{round}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % ((1 << _BITS) - _ROOM)
