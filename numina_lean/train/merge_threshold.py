"""The magnitude that the k-th largest entry of a whole model has, without holding the model.

The bits of non-negative float32 numbers are ordered as the numbers are. So the upper half of the
bits is counted first, then the lower half among those that share the right upper half: exact, in
two readings and 2 x 65,536 counters.
"""

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

_HALF = 1 << 16


def largest(tensors: Callable[[], Iterable["Tensor"]], share: float) -> float:
    """The least magnitude among the `share` (above 0, at most 1) of all entries with the largest.

    `tensors` is called twice and gives the same float32 tensors both times. Entries that are equal
    to the last one are as large, so that a little more than the share may reach what is returned.
    0 where there are no entries.
    """
    upper = np.zeros(_HALF, dtype=np.int64)
    for tensor in tensors():
        upper += np.bincount(_bits(tensor) >> 16, minlength=_HALF)
    wanted = math.ceil(share * int(upper.sum()))
    if wanted == 0:
        return 0.0
    half, above = _reached(upper, wanted)
    lower = np.zeros(_HALF, dtype=np.int64)
    for tensor in tensors():
        bits = _bits(tensor)
        lower += np.bincount(bits[bits >> 16 == half] & (_HALF - 1), minlength=_HALF)
    rest, _ = _reached(lower, wanted - above)
    return float(np.array([half << 16 | rest], dtype=np.uint32).view(np.float32)[0])


def _bits(tensor: "Tensor") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    magnitudes = tensor.detach().abs().contiguous().flatten().numpy()
    return magnitudes.view(np.uint32).astype(np.int64)


def _reached(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]", wanted: int) -> tuple[int, int]:
    """The largest place from which on there are at least `wanted`, and how many lie beyond it."""
    from_top = np.cumsum(counts[::-1])
    steps = int(np.searchsorted(from_top, wanted))
    place = len(counts) - 1 - steps
    return place, int(from_top[steps] - counts[place])
