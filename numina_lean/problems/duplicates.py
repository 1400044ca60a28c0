"""Repeated problems: the same text first, then nearly the same text with the same numbers.

Equal numbers make a low bar of similarity safe: two copies of a problem share them, two problems
of one pattern do not. A text with fewer than two numbers lacks that witness ("Show that a basis …",
"Show that a subbasis …"), and must be twice as near.

Problems are offered best first. One that repeats a problem that was kept is dropped, so every
problem that is dropped is near the very one that is kept in its place; nothing is dropped for a
chain of likenesses. Problems whose decisive tokens differ are never compared. Among those that
share them, few are compared one with each; in larger crowds MinHash and LSH find the candidates,
and the exact similarity decides. LSH misses a pair at the threshold once in a hundred times.
"""

from dataclasses import dataclass, field

from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]

from numina_lean.problems.fingerprint import Fingerprint, similarity

NEAR = 0.7
"""The least similarity of near-duplicates, unless told otherwise."""

_FEW_NUMBERS = 2
_CROWD = 48
_PERMUTATIONS = 125
_BANDS = 25
_SEED = 42


@dataclass(frozen=True, slots=True)
class Match:
    """The kept problem that another repeats; `similarity` is 1.0 for the same tokens."""

    number: int
    similarity: float
    exact: bool


@dataclass(slots=True)
class _Group:
    """The kept problems with the same decisive tokens; `lsh` once they are a crowd."""

    kept: list[tuple[int, Fingerprint]] = field(default_factory=list)
    lsh: RMinHashLSH | None = None


class Kept:
    """The problems kept so far, by the numbers that the caller gave them.

    `near` is the least similarity of near-duplicates. `cautious` asks more of texts with few
    numbers; where a missed repetition is worse than a lost problem it is to be left out.
    """

    def __init__(self, near: float = NEAR, *, cautious: bool = True) -> None:
        self._near = near
        self._near_without_numbers = (1 + near) / 2 if cautious else near
        self._texts: dict[bytes, int] = {}
        self._groups: dict[bytes, _Group] = {}

    def match(self, problem: Fingerprint) -> Match | None:
        """The most similar kept problem that `problem` repeats, the first kept of equals."""
        same = self._texts.get(problem.text)
        if same is not None:
            return Match(same, 1.0, exact=True)
        few = problem.numbers < _FEW_NUMBERS
        bar = self._near_without_numbers if few else self._near
        best: Match | None = None
        for number, other in self._candidates(problem):
            alike = similarity(problem, other)
            if alike >= bar and (best is None or alike > best.similarity):
                best = Match(number, alike, exact=False)
        return best

    def keep(self, number: int, problem: Fingerprint) -> None:
        """Let later problems be compared with this one."""
        self._texts.setdefault(problem.text, number)
        group = self._groups.setdefault(problem.decisive, _Group())
        group.kept.append((number, problem))
        if group.lsh is not None:
            group.lsh.insert(len(group.kept) - 1, _minhash(problem))
        elif len(group.kept) > _CROWD:
            group.lsh = RMinHashLSH(self._near, _PERMUTATIONS, _BANDS)
            group.lsh.insert_pairs(
                [(place, _minhash(each)) for place, (_, each) in enumerate(group.kept)]
            )

    def _candidates(self, problem: Fingerprint) -> list[tuple[int, Fingerprint]]:
        group = self._groups.get(problem.decisive)
        if group is None:
            return []
        if group.lsh is None:
            return group.kept
        return [group.kept[place] for place in sorted(group.lsh.query(_minhash(problem)))]


def _minhash(problem: Fingerprint) -> RMinHash:
    sketch = RMinHash(_PERMUTATIONS, _SEED)
    sketch.update(problem.shingles.view("V8").tolist())
    return sketch
