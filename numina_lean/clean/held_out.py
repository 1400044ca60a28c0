"""Test problems: what is searched for in the rows, by runs of ten words.

A run is looked up by its hash and then compared word by word, so what is reported is an exact
match. A test problem of fewer than ten words has no run; it matches a row that has the same words
and no others.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from numina_lean.clean.ragged import Flags, Hashes, Places, digests, windows
from numina_lean.clean.signature import signatures
from numina_lean.clean.words import Reader, Words

GRAM = 10
"""Words of a run, as published for NuminaMath-CoT."""

_BITS = np.uint64(24)


@dataclass(frozen=True, slots=True)
class TestProblem:
    """A problem that must not be trained on; `suite` is the set it is of."""

    __test__ = False

    suite: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class GramMatch:
    """Row `row` (of the texts asked about) has `runs` runs of words that test problems have too.

    The first of them is `text`, of test problem number `problem`.
    """

    row: int
    problem: int
    text: str
    runs: int


class HeldOut:
    """Test problems, indexed."""

    def __init__(self, problems: Sequence[TestProblem], size: int = GRAM) -> None:
        """`size`: words of a run."""
        self.problems = tuple(problems)
        self._size = size
        texts = Reader().read([problem.text for problem in problems])
        self._words = texts.words
        runs, places = windows(texts.words.hashes, size)
        self._runs = _Index(runs.values, np.column_stack((runs.owners(), places)))
        short = np.flatnonzero(
            (texts.words.hashes.lengths() < size) & (texts.words.hashes.lengths() > 0)
        )
        starts = texts.words.hashes.starts[short]
        self._short = _Index(digests(texts.words.hashes)[short], np.column_stack((short, starts)))
        self._number_sets = np.unique(signatures(texts).number_set)

    def digest(self) -> str:
        """A hash of all test problems, in order."""
        total = hashlib.sha256()
        for problem in self.problems:
            for part in (problem.suite, problem.id, problem.text):
                total.update(part.encode("utf-8", "replace") + b"\0")
        return total.hexdigest()

    def matches(self, words: Words) -> Iterator[GramMatch]:
        """The rows that hold a run of a test problem, in order, each once."""
        runs, places = windows(words.hashes, self._size)
        yield from self._confirmed(words, self._runs, runs.values, runs.owners(), places)
        lengths = words.hashes.lengths()
        short = np.flatnonzero((lengths < self._size) & (lengths > 0))
        whole, starts = digests(words.hashes)[short], words.hashes.starts[short]
        yield from self._confirmed(words, self._short, whole, short, starts)

    def has_numbers_of(self, number_set: Hashes) -> Flags:
        """Which rows, by their `Signatures.number_set`, have the numbers of some test problem."""
        return np.isin(number_set, self._number_sets)

    def _confirmed(
        self, words: Words, index: "_Index", hashes: Hashes, owners: Places, places: Places
    ) -> Iterator[GramMatch]:
        known = index.find(hashes)
        at = np.flatnonzero(known >= 0)
        rows, firsts, counts = np.unique(owners[at], return_index=True, return_counts=True)
        for row, first, count in zip(rows.tolist(), firsts, counts.tolist(), strict=True):
            place, (problem, there) = places[at[first]], index.meaning[known[at[first]]]
            length = int(min(self._size, words.hashes.lengths()[row]))
            text = words.text(place, length)
            if text == self._words.text(there, length):
                yield GramMatch(row, int(problem), text, count)


class _Index:
    """Hashes, each with what it stands for (of equals the first), found by way of a bitmap."""

    def __init__(self, hashes: Hashes, meaning: Places) -> None:
        self._hashes, first = np.unique(hashes, return_index=True)
        self.meaning = meaning[first]
        self._present = np.zeros(1 << int(_BITS), dtype=bool)
        self._present[self._hashes >> (np.uint64(64) - _BITS)] = True

    def find(self, hashes: Hashes) -> Places:
        """For each hash its number here, or -1."""
        found = np.full(hashes.size, -1, dtype=np.int64)
        maybe = np.flatnonzero(self._present[hashes >> (np.uint64(64) - _BITS)])
        if self._hashes.size == 0 or maybe.size == 0:
            return found
        at = np.searchsorted(self._hashes, hashes[maybe])
        at = np.minimum(at, self._hashes.size - 1)
        same = self._hashes[at] == hashes[maybe]
        found[maybe[same]] = at[same]
        return found
