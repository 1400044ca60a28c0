"""The loop from problems to a corpus, with a translator that says what it is told to."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from formalizing import formalize

from numina_lean.check.checker import Checker
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.corpus.corpus import Corpus
from numina_lean.corpus.row import STAGES
from numina_lean.errors import EngineUnavailableError
from numina_lean.formalize.funnel import LABELS, Funnel, count
from numina_lean.formalize.rules_source import TranslatorSource
from numina_lean.gates.gate import GATE_NAMES
from numina_lean.gates.order import DETERMINISTIC, JUDGED
from numina_lean.lean.report import LeanInfo
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import BrokenRow
from numina_lean.translate.statement import Profile, Statement
from numina_lean.translate.translator import Candidate, Declined


class Dictated:
    """Translates a problem into the statements that its solution field dictates, a line each:
    conclusion, then binders, parted by `;`. An empty one is declined."""

    name = "dictated"

    def translate(
        self, problem: Problem, *, profile: Profile, samples: int
    ) -> tuple[Candidate, ...] | Declined:
        if problem.solution == "fail":
            raise RecursionError("a defect")
        lines = problem.solution.splitlines()[:samples]
        if not lines:
            return Declined(problem.id, "no_idea", "nothing dictated")
        return tuple(
            Candidate(problem.id, sample, _statement(line), "p")
            for sample, line in enumerate(lines)
        )


def _statement(line: str) -> Statement:
    conclusion, *binders = line.split("; ")
    return Statement("t", "set_option autoImplicit false", tuple(binders), conclusion)


def _problem(name: str, dictation: str, **more: str) -> Problem:
    """A problem to prove: what is dictated has no answer to be held against."""
    fields = {"answer": "proof", "question_type": "proof"} | more
    return Problem(id=name, solution=dictation, **{"problem": f"Problem {name}"} | fields)


PROBLEMS: tuple[Problem | BrokenRow, ...] = (
    _problem("proved", "(2 : Nat) + 2 = 4"),
    BrokenRow("in.jsonl line 2", "not JSON"),
    _problem(
        "open",
        "∃ n : Nat, n * n = 1522756",
        problem="Show that there is an integer whose square is 1522756.",
    ),
    _problem("incomplete", "1 = 1", problem_is_valid="Incomplete"),
    _problem("declined", ""),
    _problem("broken", "(2 : Nat) + = 4"),
    _problem("false", "x * x = 49 ↔ x = 7; (x : Int)"),
    _problem("vacuous", "x = 7; (x : Int); (h : x < 3); (k : 5 < x)"),
    _problem("mixed", "(1 : Nat) = 2\n(1 : Nat) + 1 = 2\n(1 : Nat) + 1 = 2"),
    _problem("defect", "fail"),
)


def _formalize(
    folder: Path,
    checker: Checker,
    problems: tuple[Problem | BrokenRow, ...] = PROBLEMS,
    limit: int | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Funnel:
    return formalize(
        folder, checker, problems,
        lambda threads: TranslatorSource(Dictated(), threads, "core", 3),
        limit=limit, advance=advance,
    )  # fmt: skip


def _rows(folder: Path, table: str) -> list[dict[str, object]]:
    corpus = Corpus(folder, {})
    columns = {
        "data": ["uuid", "formal_statement", "formal_proof", "author", "provenance", "rl_data"],
        "rejected": ["problem_id", "stage", "reason", "sample", "formal_statement", "problem"],
    }
    found = corpus.data if table == "data" else corpus.rejected
    return list(found.rows(columns[table]))


@pytest.fixture(scope="module")
def folder(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("corpus")
    _formalize(folder, pool)
    yield folder


@pytest.mark.lean
def test_the_corpus_holds_what_lean_accepts_and_nothing_else(folder: Path) -> None:
    rows = {row["provenance"]["problem_id"]: row for row in _rows(folder, "data")}  # type: ignore[index]
    assert list(rows) == ["proved", "open", "mixed"]
    assert "by sorry" in str(rows["proved"]["formal_statement"])
    assert rows["open"]["formal_proof"] is None
    assert all(row["author"] == "autoformalizer" for row in rows.values())
    provenance = rows["proved"]["provenance"]
    assert isinstance(provenance, dict)
    assert provenance["verdict"] == "proved"
    assert provenance["engine"] == "embedded"
    assert provenance["tactic"] is not None
    assert len(provenance["statement_hash"]) == len(provenance["header_hash"]) == 64


@pytest.mark.lean
def test_every_proof_in_the_corpus_is_one_that_lean_calls_proved(folder: Path, pool: Pool) -> None:
    proofs = [row["formal_proof"] for row in _rows(folder, "data") if row["formal_proof"]]
    assert len(proofs) == 2
    for proof in proofs:
        assert pool.check(Item("again", str(proof))).verdict is Verdict.PROVED


@pytest.mark.lean
def test_every_loss_is_kept_with_its_stage_and_reason(folder: Path) -> None:
    losses = [
        (row["problem_id"], row["sample"], row["stage"], row["reason"])
        for row in _rows(folder, "rejected")
    ]
    assert losses == [
        ("in.jsonl line 2", None, "read", "broken_row"),
        ("incomplete", None, "select", "invalid_problem"),
        ("declined", None, "translate", "no_idea"),
        ("broken", 0, "compile", "error"),
        ("false", 0, "lint", "counterexample"),
        ("vacuous", 0, "lint", "contradictory_hypotheses"),
        ("mixed", 0, "lint", "counterexample"),
        ("mixed", 2, "duplicate", "repeated_statement"),
        ("defect", None, "translate", "internal"),
    ]


@pytest.mark.lean
def test_the_funnel_counts_each_problem_once_where_its_best_candidate_came_to(
    folder: Path,
) -> None:
    with Corpus(folder, {"made": "by a test"}) as corpus:
        funnel = count(corpus)
    assert funnel.total == len(PROBLEMS)
    found = {stage: funnel.passed[stage] for stage in ("read", "select", "translate", "compile")}
    assert found == {"read": 9, "select": 8, "translate": 6, "compile": 5}
    assert (funnel.proved, funnel.statements, funnel.proofs) == (2, 3, 2)
    assert funnel.passed["equivalence"] == 3
    assert funnel.lost["lint"] == {"counterexample": 1, "contradictory_hypotheses": 1}
    assert sum(funnel.tactics.values()) == 2


@dataclass
class _Failing:
    """A checker that counts, and from the item `fatal` on says that no engine starts."""

    fatal: str | None = None
    asked: list[str] = field(default_factory=list)

    def submit(self, item: Item) -> Future[Outcome]:
        future = Future[Outcome]()
        future.set_result(self.check(item))
        return future

    def cancel(self, future: Future[Outcome]) -> bool:
        return False

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        return map(self.check, items)

    def check(self, item: Item) -> Outcome:
        self.asked.append(item.id)
        lean = LeanInfo("embedded", "4.28.0", None)
        if item.id == self.fatal:
            return Outcome(item.id, Verdict.CRASHED, lean, "h", 0.0, "engine_start", "gone")
        verdict = Verdict.STATEMENT if item.id.endswith(":statement") else Verdict.ERROR
        return Outcome(item.id, verdict, lean, "h", 0.1)


def _asked_about(checker: _Failing) -> set[str]:
    """The problems whose statements were checked."""
    return {item.removesuffix(":statement") for item in checker.asked if ":statement" in item}


def _easy(number: int) -> tuple[Problem, ...]:
    return tuple(_problem(f"p{index}", f"({index} : Nat) = {index}") for index in range(number))


def test_an_engine_that_is_gone_ends_the_run_and_makes_no_row(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="the same command then goes on"):
        _formalize(tmp_path, _Failing(fatal="p7:statement"), _easy(20))
    funnel = _formalize(tmp_path, _Failing(), _easy(20))
    assert (funnel.statements, funnel.losses) == (20, 0)


def test_a_second_run_asks_lean_nothing_and_a_longer_one_only_what_is_new(tmp_path: Path) -> None:
    first, second, third = _Failing(), _Failing(), _Failing()
    _formalize(tmp_path, first, _easy(10), limit=6)
    _formalize(tmp_path, second, _easy(10), limit=6)
    funnel = _formalize(tmp_path, third, _easy(10))
    assert _asked_about(first) == {f"p{n}" for n in range(6)}
    assert second.asked == []
    assert _asked_about(third) == {f"p{n}" for n in range(6, 10)}
    assert funnel.statements == 10


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path) -> None:
    done: list[int] = []

    def interrupt(rows: int) -> None:
        done.append(rows)
        if sum(done) >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _formalize(tmp_path, _Failing(), _easy(50), advance=interrupt)
    again = _Failing()
    assert _formalize(tmp_path, again, _easy(50)).statements == 50
    assert len(_asked_about(again)) == 50 - sum(done)


def test_each_gate_is_a_stage_and_stages_are_in_the_order_in_which_they_are_passed() -> None:
    assert set(GATE_NAMES) <= set(STAGES)
    assert set(LABELS) == set(STAGES) - {"recheck"}
    passed = [*(name for name, _ in DETERMINISTIC), "duplicate", *(name for name, _ in JUDGED)]
    assert [stage for stage in STAGES if stage in passed] == passed
    assert list(LABELS) == [stage for stage in STAGES if stage in LABELS]
