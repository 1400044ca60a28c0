"""Verified rows of a corpus that are like a problem: what a model is shown before it writes.

BM25 over the problems' words and LaTeX commands, in which numbers count by their size only. The
problem itself and copies of it are left out: a row with its statement would give away the answer.
Rows are found in an order that does not depend on the machine: by score, then by their place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s  # type: ignore[import-untyped]
import numpy as np

from numina_lean.errors import InputError
from numina_lean.problems.fingerprint import Fingerprint, fingerprint, similarity
from numina_lean.problems.tokens import tokens
from numina_lean.problems.validity import NOT_FOUND, PROOF
from numina_lean.prompts.shots import Example
from numina_lean.tables import parquet_columns, parquet_rows
from numina_lean.translate.statement import Profile

LONGEST = 4_000
"""Characters of a problem, and of a statement, that may be shown."""

COPY = 0.8
"""Share of shingles in common from which a row with the same decisive tokens is a copy."""

CONTAINED = 0.97
"""Share of the shorter one's shingles in common from which any row is one."""

_NEEDED = ("problem", "formal_statement")
_COLUMNS = (*_NEEDED, "answer", "question_type")
_STATES_MATHLIB = "import Mathlib"
_SIZES = ("", "", "##", "###")
_MANY_DIGITS = "####"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """An index over `examples`. Made by `index`; holds each text once."""

    examples: tuple[Example, ...]
    scorer: bm25s.BM25 | None

    def similar(self, problem: str, k: int) -> tuple[Example, ...]:
        """At most `k` rows that share words with `problem`, the best first, and no copy of it."""
        if self.scorer is None or k < 1:
            return ()
        words = sorted(set(_words(problem)) & self.scorer.vocab_dict.keys())
        if not words:
            return ()
        own = fingerprint(problem)
        found: list[Example] = []
        for at in _best_first(self.scorer.get_scores(words)):
            example = self.examples[at]
            if not _is_copy(own, fingerprint(example.problem)):
                found.append(example)
                if len(found) == k:
                    break
        return tuple(found)


def read_retrieval(folder: Path, profile: Profile | None = None) -> Retrieval:
    """The index over the rows of a corpus folder, of `profile` alone where one is given.

    Takes the parquet files of its `data` folder, or else its own. Raises `InputError` where there
    are none, or where they are no corpus. A row that cannot be read or shown is left out.
    """
    paths = sorted((folder / "data").glob("*.parquet")) or sorted(folder.glob("*.parquet"))
    if not paths:
        raise InputError(f"{folder}: no parquet files there, nor in its data folder")
    for path in paths:
        missing = [name for name in _NEEDED if name not in parquet_columns(path)]
        if missing:
            raise InputError(f"{path}: no column {', '.join(missing)}. Pass a corpus folder")
    examples = (example for path in paths for example in _rows(path))
    return index(
        example
        for example in examples
        if profile is None or (_STATES_MATHLIB in example.statement) == (profile == "mathlib")
    )


def index(examples: Iterable[Example]) -> Retrieval:
    """The index over `examples`, in their order."""
    kept = tuple(examples)
    vocabulary: dict[str, int] = {}
    ids = [
        [vocabulary.setdefault(word, len(vocabulary)) for word in _words(example.problem)]
        for example in kept
    ]
    if not vocabulary:
        return Retrieval(kept, None)
    scorer = bm25s.BM25(backend="numpy")
    scorer.index((ids, vocabulary), show_progress=False)
    return Retrieval(kept, scorer)


def _rows(path: Path) -> Iterator[Example]:
    columns = [name for name in _COLUMNS if name in parquet_columns(path)]
    for row in parquet_rows(path, columns):
        if row.defect is not None:
            continue
        problem, statement = (row.fields[name] for name in _NEEDED)
        if not isinstance(problem, str) or not isinstance(statement, str):
            continue
        if statement.strip() and max(len(problem), len(statement)) <= LONGEST:
            yield Example(problem, _answer(row.fields), statement)


def _answer(fields: "dict[str, object]") -> str | None:
    answer = fields.get("answer")
    if fields.get("question_type") == PROOF or not isinstance(answer, str):
        return None
    return None if answer.lower() in ("", PROOF, NOT_FOUND) else answer


def _words(text: str) -> list[str]:
    """The tokens of a problem that say what it is about: no letters alone, numbers by length."""
    words = []
    for token in tokens(text):
        if token[0].isdigit():
            whole = len(token.partition(".")[0])
            size = _SIZES[whole] if whole < len(_SIZES) else _MANY_DIGITS
            words.append(size or token)
        elif len(token) > 1 or not token.isalpha():
            words.append(token)
    return words


def _best_first(scores: "np.typing.NDArray[np.float32]") -> Iterator[int]:
    """The places of scores above 0, the highest first, of equal ones the first first."""
    at = 0
    size = 64
    while True:
        top = _top(scores, size)
        yield from map(int, top[at:])
        if len(top) < size or size >= len(scores):
            return
        at, size = len(top), size * 8


def _top(scores: "np.typing.NDArray[np.float32]", size: int) -> Sequence[int]:
    """At least the places of the `size` highest scores, and of all that equal the last of them."""
    if size < len(scores):
        bound = np.partition(scores, len(scores) - size)[len(scores) - size]
        places = np.flatnonzero((scores >= bound) & (scores > 0))
    else:
        places = np.flatnonzero(scores > 0)
    order = np.lexsort((places, -scores[places]))
    ranked: list[int] = places[order].tolist()
    return ranked


def _is_copy(own: Fingerprint, other: Fingerprint) -> bool:
    if own.text == other.text or similarity(own, other) >= COPY:
        return True
    common = np.intersect1d(own.shingles, other.shingles, assume_unique=True).size
    smaller = min(own.shingles.size, other.shingles.size)
    return bool(smaller) and common / smaller >= CONTAINED
