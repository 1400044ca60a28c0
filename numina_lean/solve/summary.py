"""The report of a folder of solutions, for people's tables and as JSON."""

from collections import Counter
from collections.abc import Sequence

from numina_lean.solve.solution import Solution


def summary_of(solutions: Sequence[Solution]) -> dict[str, object]:
    """Counts and shares. `accuracy`: of the problems whose answer is known, those whose vote is
    right; `sample_accuracy`: the same of single samples that ended; None where nothing is known.
    """
    known = [each for each in solutions if each.correct is not None]
    samples = [sample for each in known for sample in each.samples]
    endings: Counter[str] = Counter()
    for each in solutions:
        endings += each.endings()
    width = sum(each.width for each in solutions)
    taken = sum(len(each.samples) for each in solutions)
    return {
        "problems": len(solutions),
        "answered": sum(each.answer is not None for each in solutions),
        "known": len(known),
        "correct": sum(each.correct is True for each in known),
        "accuracy": _share(sum(each.correct is True for each in known), len(known)),
        "sample_accuracy": _share(sum(s.correct is True for s in samples), len(samples)),
        "samples": taken,
        "samples_saved": _share(width - taken, width),
        "endings": dict(endings.most_common()),
        "tokens": sum(each.tokens for each in solutions),
        "programs": sum(each.programs for each in solutions),
        "failed_programs": sum(s.failures for each in solutions for s in each.samples),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
