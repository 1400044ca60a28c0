"""What a 1.5 table holds, counted as its rows go by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import get_args

from numina_lean.build.v15.row import Field, Labelled


@dataclass(slots=True)
class Counts:
    """`unsure`: rows of which no rule was sure of the field, a model's among them (`asked`)."""

    rows: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    problem_types: Counter[str] = field(default_factory=Counter)
    question_types: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    solutions: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def passing(self, rows: Iterable[Labelled]) -> Iterator[Labelled]:
        """The rows as they are; each is counted."""
        for row in rows:
            self.rows += 1
            self.sources[row.source] += 1
            self.problem_types[row.problem_type] += 1
            self.question_types[row.question_type] += 1
            self.problems[row.problem_is_valid] += 1
            self.solutions[row.solution_is_valid] += 1
            self.answers[row.answer if row.answer in ("proof", "notfound") else "value"] += 1
            self.unsure.update({*row.unsure, *row.asked})
            self.asked.update(row.asked)
            yield row

    def sure_shares(self) -> dict[Field, float]:
        """For each field, the share of rows that a rule was sure of."""
        fields: tuple[Field, ...] = get_args(Field)
        return {name: 1 - self.unsure[name] / max(1, self.rows) for name in fields}

    def fields(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "rows": self.rows,
            "sources": dict(sorted(self.sources.items())),
            "problem_type": dict(sorted(self.problem_types.items())),
            "question_type": dict(sorted(self.question_types.items())),
            "problem_is_valid": dict(sorted(self.problems.items())),
            "solution_is_valid": dict(sorted(self.solutions.items())),
            "answer": dict(sorted(self.answers.items())),
            "sure": {name: round(share, 6) for name, share in self.sure_shares().items()},
            "asked": dict(sorted(self.asked.items())),
        }
