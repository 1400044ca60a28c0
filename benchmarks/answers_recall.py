r"""How well answers are found and compared: on reference solutions, real traces, and our own pairs.

- reference solutions of MATH and GSM8K (`informal_dev.jsonl`): each gives back its `answer`.
  Bar: ≥ 99 %. AMC and AIME solutions are printed beside them; theirs is a letter or a value.
- traces (`tir_samples.jsonl`): our verdict on a trace's answer against the field `correct`, which
  the graders of those collections set; every disagreement is listed.
- our pairs (`tests/test_answers_pairs.py`): how many `equality` and plain math-verify get right,
  asked both ways, and how long each takes, in one run.

    python benchmarks/answers_recall.py [FOLDER]
"""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from numina_lean.answers.equality import Equality, equal, equality
from numina_lean.answers.extract import final_answer

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared" / "data"
BAR = 0.99

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Recall:
    """Of the solutions of one source with an answer: how many gave it back, and by which stage.

    `silent`: those that state no answer in a form that is looked for.
    """

    source: str
    solutions: int
    shown: Counter[Equality]
    silent: int
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.shown.total() / self.solutions


@dataclass(frozen=True, slots=True)
class Agreement:
    """Traces judged by us and by their collections; `others`: a line for each disagreement."""

    traces: int
    others: tuple[str, ...]

    @property
    def share(self) -> float:
        return 1 - len(self.others) / self.traces


def rows(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def recall(file: Path, source: str) -> Recall:
    """What the solutions of `source` give back. A letter's option counts as the letter does."""
    shown: Counter[Equality] = Counter()
    missed: list[str] = []
    solutions = silent = 0
    for row in rows(file):
        solution, stated = row["solution"], row["answer"]
        if row["source"] != source or not solution or not stated:
            continue
        solutions += 1
        found = final_answer(str(solution))
        silent += found is None
        wanted = [str(answer) for answer in (stated, row.get("answer_value")) if answer]
        hows = [how for answer in wanted if found is not None and (how := equality(found, answer))]
        if hows:
            shown[hows[0]] += 1
        else:
            missed.append(f"{row['id']}: found {found!r}, stated {stated!r}")
    return Recall(source, solutions, shown, silent, tuple(missed))


def agreement(file: Path) -> Agreement:
    """Our verdicts on the traces against `correct`."""
    others: list[str] = []
    traces = 0
    for row in rows(file):
        traces += 1
        found, stated = final_answer(str(row["trajectory"])), str(row["answer"])
        ours = found is not None and equal(found, stated)
        if ours != row["correct"]:
            verdict = "equal" if ours else "not equal"
            others.append(f"{row['id']}: {found!r} and {stated!r}: ours {verdict}")
    return Agreement(traces, tuple(others))


def math_verify_equal(one: str, other: str) -> bool:
    """Plain math-verify, each answer as the formula that it expects to find."""
    from math_verify import parse, verify

    parsed = [parse(text if "$" in text else f"${text}$") for text in (one, other)]
    return verify(*parsed)


def judged(
    pairs: list[tuple[str, str]], wanted: bool, says: Callable[[str, str], bool]
) -> tuple[int, int, float]:
    """How many pairs it gets right both ways, how many it answers differently, and seconds."""
    right = uneven = 0
    start = time.perf_counter()
    for one, other in pairs:
        there, back = says(one, other), says(other, one)
        right += there == back == wanted
        uneven += there != back
    return right, uneven, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    folder = parser.parse_args().folder
    logging.disable(logging.WARNING)
    below = False
    for source in ("math", "gsm8k", "amc_aime"):
        found = recall(folder / "informal_dev.jsonl", source)
        shown = ", ".join(f"{how} {count}" for how, count in found.shown.most_common())
        print(
            f"{source}: {found.shown.total()} of {found.solutions} ({found.share:.2%}): {shown};"
            f" {found.silent} state none"
        )
        below = below or (source != "amc_aime" and found.share < BAR)
        for line in found.missed if source != "amc_aime" else ():
            print(f"  {line}")
    traces = agreement(folder / "tir_samples.jsonl")
    print(f"traces: the same verdict on {traces.share:.2%} of {traces.traces}; the others:")
    for line in traces.others:
        print(f"  {line}")
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from test_answers_pairs import EQUAL, UNEQUAL, cases

    equal("(x+1)^2", "x^2+2x+1")  # starts the process that algebra runs in
    for name, says in (("ours", equal), ("math-verify", math_verify_equal)):
        for kind, table, wanted in (("equal", EQUAL, True), ("unequal", UNEQUAL, False)):
            pairs = cases(table)
            right, uneven, seconds = judged(pairs, wanted, says)
            print(
                f"{name}, {kind} pairs: {right} of {len(pairs)} right both ways,"
                f" {uneven} answered differently in the two orders, {seconds:.1f} s"
            )
    print(f"bar of {BAR:.0%} on MATH and GSM8K: {'missed' if below else 'met'}")
    return int(below)


if __name__ == "__main__":
    sys.exit(main())
