"""How far the rules of `build v1.5` agree with labelled rows: coverage, accuracy, confusion.

    python benchmarks/v15_agreement.py ../shared/data [--half report|develop|both]

Rows fall into two halves by a hash of their ids. The rules were written while looking at the half
`develop`; `report`, the default, is the other. Where the labels are from:

- `problem_type`: of MATH, its subjects, mapped (Algebra and Intermediate Algebra to Algebra,
  Counting & Probability to Combinatorics; Prealgebra and Precalculus have none); of OlympiadBench,
  its subfields. No row is labelled Calculus, Inequalities, Logic and Puzzles or Other: of those
  only false alarms are measured. `validation_math_level4_int` and `…level5_int` are MATH test rows
  that nobody looked at.
- `question_type`: `MCQ` where the source prints options (AMC 12, Gaokao, SAT), `proof` of IMO
  problems, else `math-word-problem`. Some labels are wrong: MATH has AMC problems with options
  that are labelled word problems.
- `answer`: the last box of MATH, the answer after #### of GSM8K, the key of AMC and AIME.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import final_answer
from numina_lean.build.v15.guess import Guess
from numina_lean.build.v15.question import question_type
from numina_lean.build.v15.topic import problem_type

LABELLED = ("informal_dev", "informal_extra_school", "informal_extra_deepscaler_mix")
UNSEEN = ("validation_math_level4_int", "validation_math_level5_int")


@dataclass
class Agreement:
    """Of one field: label and guess, counted, those of which the rule was sure apart."""

    name: str
    all: Counter[tuple[str, str]] = field(default_factory=Counter)
    sure: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, label: str, guess: Guess[Any]) -> None:
        self.all[label, guess.value] += 1
        if guess.sure:
            self.sure[label, guess.value] += 1

    def lines(self) -> Iterator[str]:
        total, sure = self.all.total(), self.sure.total()
        if not total:
            return
        yield (
            f"{self.name}: {total} rows; sure of {sure / total:.1%}, of those right "
            f"{_right(self.sure):.1%}; of all right {_right(self.all):.1%}"
        )
        for label in sorted({label for label, _ in self.all}):
            guesses = _of(self.all, label)
            known = _of(self.sure, label)
            count = guesses.total()
            wrong = ", ".join(f"{g} {n}" for g, n in known.most_common() if g != label)
            yield (
                f"  {label:18} {count:5}  sure {known.total() / count:6.1%}"
                f"  right {known[label] / max(1, known.total()):6.1%}"
                f"  of all {guesses[label] / count:6.1%}  sure and wrong: {wrong or 'none'}"
            )


def _right(pairs: Counter[tuple[str, str]]) -> float:
    return sum(n for (label, guess), n in pairs.items() if label == guess) / max(1, pairs.total())


def _of(pairs: Counter[tuple[str, str]], wanted: str) -> Counter[str]:
    return Counter({guess: n for (label, guess), n in pairs.items() if label == wanted})


def half(row: dict[str, Any]) -> str:
    return ("develop", "report")[hashlib.sha256(str(row["id"]).encode()).digest()[0] % 2]


def rows_of(folder: Path, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        with (folder / f"{name}.jsonl").open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def types(rows: Iterable[dict[str, Any]]) -> list[Agreement]:
    topics = Agreement("problem_type")
    questions = Agreement("question_type")
    blind = Agreement("question_type, answer not shown")
    for row in rows:
        if row["problem_type"]:
            topics.add(row["problem_type"], problem_type(row["problem"]))
        if row["question_type"]:
            solution = row["solution"] or ""
            given = row["answer"] or ""
            questions.add(row["question_type"], question_type(row["problem"], solution, given))
            blind.add(row["question_type"], question_type(row["problem"], solution))
    return [topics, questions, blind]


def answers(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Of rows whose answer and solution are known: what the solution states, against the answer."""
    told: Counter[tuple[str, str]] = Counter()
    for row in rows:
        known, solution = row["answer"], row["solution"]
        if known and solution and row["question_type"] == "math-word-problem":
            stated = final_answer(solution)
            how = "none" if stated is None else "equal" if equal(stated, known) else "other"
            told[row["source"], how] += 1
    for source in sorted({source for source, _ in told}):
        counts = {how: told[source, how] for how in ("equal", "other", "none")}
        yield f"  {source:18} " + "  ".join(f"{how} {n}" for how, n in counts.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("report", "develop", "both"), default="report")
    asked = parser.parse_args()
    rows = [row for row in rows_of(asked.folder, LABELLED) if asked.half in ("both", half(row))]
    print(f"half: {asked.half}")
    for agreement in types(rows):
        print("\n".join(agreement.lines()))
    print("answer that the solution states, against the known one:")
    print("\n".join(answers(rows)))
    print(f"unseen: {', '.join(UNSEEN)}")
    for agreement in types(rows_of(asked.folder, UNSEEN)):
        print("\n".join(agreement.lines()))


if __name__ == "__main__":
    main()
