"""The funnel of a corpus folder: how many problems passed each stage, and why the others did not.

Counted from the corpus and its side table, so that it speaks of what is in the folder, over all
the runs that filled it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.row import STAGES, Stage

LABELS: dict[Stage, str] = {
    "read": "read",
    "select": "selected",
    "translate": "translated",
    "parse": "well formed",
    "answer": "with its answer",
    "numerals": "with its numerals",
    "wording": "with its words",
    "compile": "compiled",
    "lint": "linted",
    "triviality": "not trivial",
    "vacuity": "not vacuous",
    "refutation": "not refuted",
    "duplicate": "new",
    "conditions": "with its conditions",
    "backtranslation": "translated back",
    "judge": "judged faithful",
    "equivalence": "kept",
}
"""What a problem that got through a stage is called; the stages of a run, in order."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of problems; `statements`, `proofs` and `losses` count rows of the two tables.

    `total`: input rows. `passed`: stage → problems that passed it. `lost`: stage → reason →
    problems whose best candidate was lost there for it. `proved`: problems with a proof.
    `tactics`: tactic → rows that it proved.
    """

    total: int
    passed: Mapping[Stage, int]
    lost: Mapping[Stage, Mapping[str, int]]
    proved: int
    statements: int
    proofs: int
    losses: int
    tactics: Mapping[str, int]

    def summary(self) -> dict[str, object]:
        """The funnel as JSON."""
        return {
            "input_rows": self.total,
            "problems": {label: self.passed[stage] for stage, label in LABELS.items()}
            | {"proved": self.proved},
            "lost": {stage: dict(self.lost[stage]) for stage in LABELS},
            "statements": self.statements,
            "proofs": self.proofs,
            "losses": self.losses,
            "tactics": dict(self.tactics),
        }


def count(corpus: Corpus) -> Funnel:
    """The funnel of everything that the folder's shards hold."""
    kept: set[int] = set()
    proved: set[int] = set()
    tactics: Counter[str] = Counter()
    statements = 0
    for row in corpus.data.rows(["provenance.input_row", "provenance.tactic"]):
        provenance = row["provenance"]
        statements += 1
        kept.add(provenance["input_row"])
        if provenance["tactic"] is not None:
            proved.add(provenance["input_row"])
            tactics[provenance["tactic"]] += 1
    found: dict[int, tuple[Stage, str]] = {}
    losses = 0
    for loss in corpus.rejected.rows(["input_row", "stage", "reason"]):
        losses += 1
        position, stage = loss["input_row"], loss["stage"]
        if position not in kept and (
            position not in found or _rank(stage) > _rank(found[position][0])
        ):
            found[position] = (stage, loss["reason"])
    lost = {stage: _reasons(found.values(), stage) for stage in LABELS}
    left = len(kept) + len(found)
    total = left
    passed: dict[Stage, int] = {}
    for stage in LABELS:
        left -= sum(lost[stage].values())
        passed[stage] = left
    return Funnel(
        total=total,
        passed=passed,
        lost=lost,
        proved=len(proved),
        statements=statements,
        proofs=sum(tactics.values()),
        losses=losses,
        tactics=dict(tactics.most_common()),
    )


def _rank(stage: Stage) -> int:
    return STAGES.index(stage)


def _reasons(lost: Iterable[tuple[Stage, str]], stage: Stage) -> dict[str, int]:
    return dict(Counter(reason for where, reason in lost if where == stage).most_common())
