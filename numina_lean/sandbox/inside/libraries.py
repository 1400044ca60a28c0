"""The libraries that programs find imported, and what else is done once instead of in each."""

import ctypes
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence

from .exercise import exercise

# What programs of models import. Submodules that a library loads late are named, for a program
# would pay for them.
_STANDARD = (
    *("math", "cmath", "random", "fractions", "decimal", "statistics", "numbers", "itertools"),
    *("functools", "collections", "operator", "heapq", "bisect", "string", "re", "copy", "time"),
    *("datetime", "calendar", "json", "typing", "dataclasses", "enum", "array", "textwrap"),
)
_INSTALLED = (
    *("mpmath", "numpy", "numpy.linalg", "numpy.polynomial", "numpy.random", "numpy.fft"),
    *("sympy", "sympy.abc", "sympy.ntheory", "sympy.ntheory.modular", "sympy.combinatorics"),
    *("sympy.stats", "sympy.geometry", "sympy.solvers.diophantine", "sympy.functions"),
    *(
        "sympy.parsing.sympy_parser",
        "sympy.integrals.manualintegrate",
        "sympy.solvers.inequalities",
    ),
    *("scipy", "scipy.optimize", "scipy.integrate", "scipy.special", "scipy.linalg"),
    *("networkx",),
)
NAMED = ("numpy", "sympy", "scipy", "networkx", "mpmath")
"""Those whose versions are reported."""

_COLLAPSE = 25  # MADV_COLLAPSE, Linux 6.1
_HUGE = 2 << 20


def load(folders: Sequence[str]) -> dict[str, str]:
    """Import what programs use; returns the versions of the libraries.

    `folders` is where those are that are installed; without any, none is.
    """
    sys.path.extend(folder for folder in folders if folder not in sys.path)
    for name in (*_STANDARD, *(_INSTALLED if folders else ())):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    return {name: str(sys.modules[name].__version__) for name in NAMED if name in sys.modules}


def reseed() -> None:
    """Each program has random numbers of its own, as in a new interpreter.

    The standard library's `random` sees to that itself.
    """
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(int.from_bytes(os.urandom(4), "big"))


def settle() -> None:
    """Have what programs would each do first done, and the memory of this process cheap to share
    with the children forked from it. Takes half a second.
    """
    if "sympy" in sys.modules:
        exercise(sys.modules["sympy"])
    gc.collect()
    gc.freeze()
    _use_large_pages()


def _use_large_pages() -> None:
    """A fork copies the table of pages: with large ones it costs half. Where the kernel cannot,
    nothing changes."""
    libc = ctypes.CDLL(None, use_errno=True)
    for start, end in _anonymous():
        first, last = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if last > first:
            length = ctypes.c_size_t(last - first)
            libc.madvise(ctypes.c_void_p(first), length, _COLLAPSE)


def _anonymous() -> Iterator[tuple[int, int]]:
    """The writable mappings of this process that are no file's."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123
            lines = maps.read().splitlines()
    except OSError:
        return
    for line in lines:
        words = line.split()
        if "w" in words[1] and (len(words) < 6 or words[5] == "[heap]"):
            start, _, end = words[0].partition("-")
            yield int(start, 16), int(end, 16)
