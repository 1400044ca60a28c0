"""The loop with a language model: repairs, judges, agreement, budgets, recordings; real Lean."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from formalizing import formalize
from replays import Scripted, model_source

from numina_lean.check.pool import Pool
from numina_lean.corpus.folder import open_folder
from numina_lean.formalize.formalizer import Effort
from numina_lean.formalize.model_source import BudgetSpentError, ModelSource
from numina_lean.gates.gate import Ruling, Subject
from numina_lean.gates.panel import Panel
from numina_lean.models.breaker import Breaker
from numina_lean.models.budget import Budgeted
from numina_lean.models.model import Model, ModelError, ModelUnavailableError, Prompt
from numina_lean.models.record import Recorder
from numina_lean.models.replay import Replay
from numina_lean.models.requests import BATCH_DIALECT, RequestFile
from numina_lean.problems.problem import Problem
from numina_lean.translate.canonical import canonical_digest

pytestmark = pytest.mark.lean

SUM = "theorem t (n : Nat) (h : n + 3 = 10) : n = 7 := by sorry"
SAME = "theorem other (k : Nat) (eq : k + 3 = 10) : k = 7 := by sorry"
SHIFTED = "theorem t (n : Nat) (h : n = 10 - 3) : n = 7 := by sorry"
LONGER = "theorem t (n : Nat) (h : n + 3 = 10 ∧ 0 < n) : n = 7 := by sorry"
OTHER = "theorem t (n : Int) (h : n * n + 3 = 10 * n - 18) (g : 4 < n) : n = 7 := by sorry"
BROKEN = "theorem t (n : Nat) (h : n + = 10) : n = 7 := by sorry"

OPINION = '{{"analysis": "n is 7.", "verdict": {}, "defects": [{}]}}'
DEFECT = '{"kind": "missing_condition", "where": "h", "explanation": "n may be 0"}'

PROBLEM = Problem(id="p", problem="Adding 3 to a number gives 10. Which number is it?", answer="7")


def fenced(*statements: str) -> str:
    return "\n".join(f"```lean4\n{each}\n```" for each in statements)


def sampled(*texts: str) -> Callable[[Prompt, int], str]:
    """Sample i says text i, whatever is asked."""
    return lambda prompt, sample: texts[sample]


def rows(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The corpus and the side table."""
    found = open_folder(folder)
    return list(found.rows()), list(found.losses())


def reasons(losses: Sequence[dict[str, Any]]) -> list[tuple[int, int, str, str]]:
    return [(row["sample"], row["round"], row["stage"], row["reason"]) for row in losses]


def test_a_failed_sample_is_repaired_with_the_words_of_lean(tmp_path: Path, pool: Pool) -> None:
    seen: list[Prompt] = []

    def say(prompt: Prompt, sample: int) -> str:
        seen.append(prompt)
        return fenced(SUM if "n + = 10" in prompt.messages[-1].content else BROKEN)

    model = Scripted(say)
    formalize(tmp_path, pool, [PROBLEM], lambda _: model_source(model, 1), repairs=2)
    (row,), losses = rows(tmp_path)
    assert reasons(losses) == [(0, 0, "compile", "error")]
    assert losses[0]["completion"] == fenced(BROKEN)
    assert row["provenance"]["round"] == 1
    assert row["provenance"]["completion"] == fenced(SUM)
    assert row["provenance"]["completion_tokens"] > 0
    complaint = seen[1].messages[-1].content
    assert "n + = 10" in complaint
    assert "^" in complaint
    assert len(seen) == 2


def test_repairs_end_after_so_many_rounds(tmp_path: Path, pool: Pool) -> None:
    model = Scripted(lambda prompt, sample: fenced(BROKEN))
    formalize(tmp_path, pool, [PROBLEM], lambda _: model_source(model, 1), repairs=2)
    kept, losses = rows(tmp_path)
    assert kept == []
    assert reasons(losses) == [(0, number, "compile", "error") for number in range(3)]


def test_of_candidates_that_agree_the_simplest_is_kept_and_all_others_have_a_reason(
    tmp_path: Path, pool: Pool
) -> None:
    model = Scripted(sampled(fenced(OTHER), fenced(LONGER), "nothing", fenced(SUM), fenced(SAME)))
    formalize(
        tmp_path, pool, [PROBLEM], lambda _: model_source(model, 5), effort=Effort(2, enough=9)
    )
    (row,), losses = rows(tmp_path)
    assert row["provenance"]["sample"] == 3
    assert row["provenance"]["agreeing"] == 2
    assert sorted(reasons(losses)) == [
        (0, 0, "equivalence", "outvoted"),
        (1, 0, "equivalence", "not_simplest"),
        (2, 0, "translate", "no_lean"),
        (4, 0, "duplicate", "repeated_statement"),
    ]


def test_sampling_stops_once_enough_candidates_have_passed(tmp_path: Path, pool: Pool) -> None:
    asked: list[int] = []

    def say(prompt: Prompt, sample: int) -> str:
        asked.append(sample)
        return fenced((BROKEN, SUM, LONGER, SHIFTED)[sample % 4])

    model = Scripted(say)
    formalize(
        tmp_path, pool, [PROBLEM], lambda _: model_source(model, 50), effort=Effort(1, enough=2)
    )
    (row,), losses = rows(tmp_path)
    assert asked == [0, 1, 2]
    assert len(losses) == 2
    assert row["formal_proof"] is not None


def test_tokens_of_a_problem_are_bounded(tmp_path: Path, pool: Pool) -> None:
    model = Scripted(lambda prompt, sample: fenced(BROKEN))
    effort = Effort(width=1, enough=1, tokens=1)
    formalize(tmp_path, pool, [PROBLEM], lambda _: model_source(model, 50), effort=effort)
    assert len(rows(tmp_path)[1]) == 1


def test_what_a_known_corpus_has_is_not_found_again(tmp_path: Path, pool: Pool) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    model = Scripted(sampled(fenced(SUM)))
    formalize(first, pool, [PROBLEM], lambda _: model_source(model, 1))
    known = frozenset(canonical_digest(row["formal_statement"]) for row in rows(first)[0])
    again = Scripted(sampled(fenced(SAME)))
    formalize(second, pool, [PROBLEM], lambda _: model_source(again, 1), known=known)
    kept, losses = rows(second)
    assert kept == []
    assert reasons(losses) == [(0, 0, "duplicate", "known_statement")]


def judged_by(gate: Callable[..., Any], panel: Panel) -> Callable[[Subject], Any]:
    async def judge(subject: Subject) -> Sequence[Ruling]:
        return (await gate(subject, panel),)

    return judge


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (OPINION.format('"faithful"', ""), None),
        (OPINION.format('"unfaithful"', DEFECT), "unfaithful"),
        (OPINION.format('"faithful"', DEFECT), "unreadable"),
        ("I think it is fine.", "unreadable"),
    ],
)
def test_only_a_readable_yes_passes_a_statement_and_every_vote_is_kept(
    tmp_path: Path, pool: Pool, said: str, reason: str | None
) -> None:
    from numina_lean.gates.judge import judge

    panel = Panel(Scripted(lambda prompt, sample: said), votes=2)
    model = Scripted(sampled(fenced(SUM)))
    formalize(
        tmp_path, pool, [PROBLEM], lambda _: model_source(model, 1), judge=judged_by(judge, panel)
    )
    kept, losses = rows(tmp_path)
    row = kept[0]["provenance"] if kept else losses[0]
    ruling = json.loads(row["rulings"])[-1]
    assert ruling["reason"] == reason
    assert bool(kept) == (reason is None)
    assert ruling["evidence"]["polled"][0]["turns"][0]["completion"] == said


def test_a_spent_budget_ends_the_run_and_a_larger_one_goes_on(tmp_path: Path, pool: Pool) -> None:
    problems = [
        Problem(id=f"p{n}", problem=f"Adding {n} to a number gives 10. Which is it?", answer="7")
        for n in range(6)
    ]
    small = Budgeted(Scripted(lambda prompt, sample: fenced(SUM)), tokens=22_000)
    with pytest.raises(BudgetSpentError):
        formalize(tmp_path, pool, problems, lambda _: model_source(small, 1))
    large = Budgeted(Scripted(lambda prompt, sample: fenced(SUM)))
    funnel = formalize(tmp_path, pool, problems, lambda _: model_source(large, 1))
    assert funnel.total == 6
    assert all(row["stage"] != "translate" for row in rows(tmp_path)[1])


class _Dead:
    """A model whose endpoint is gone."""

    name = "dead"

    async def complete(self, *arguments: object, **more: object) -> Any:
        raise ModelError("failed", "connection refused")

    def stream(self, *arguments: object, **more: object) -> Any:
        raise ModelError("failed", "connection refused")

    async def close(self) -> None:
        pass


def test_an_endpoint_that_is_gone_ends_the_run_and_writes_off_no_problem(
    tmp_path: Path, pool: Pool
) -> None:
    problems = [Problem(id=f"p{n}", problem=f"Number {n}?", answer="7") for n in range(60)]
    dead: Model = _Dead()
    with pytest.raises(ModelUnavailableError, match="goes on where this one stopped"):
        formalize(tmp_path, pool, problems, lambda _: model_source(Breaker(dead), 1))
    alive = Scripted(lambda prompt, sample: fenced(SUM))
    funnel = formalize(tmp_path, pool, problems, lambda _: model_source(alive, 1))
    assert funnel.total == 60
    assert funnel.lost["translate"].get("failed", 0) < 16


def test_a_run_replays_from_what_another_recorded(tmp_path: Path, pool: Pool) -> None:
    said = tmp_path / "said.jsonl"

    def say(prompt: Prompt, sample: int) -> str:
        return fenced(SUM if "n + = 10" in prompt.messages[-1].content else BROKEN)

    recorder = Recorder(Scripted(say), said)
    formalize(tmp_path / "first", pool, [PROBLEM], lambda _: model_source(recorder, 1), repairs=1)
    recorder.recording.close()
    mute = Recorder(Scripted(lambda prompt, sample: pytest.fail("was asked again")), said)
    formalize(tmp_path / "second", pool, [PROBLEM], lambda _: model_source(mute, 1), repairs=1)
    first, second = rows(tmp_path / "first"), rows(tmp_path / "second")
    assert [row["uuid"] for row in first[0]] == [row["uuid"] for row in second[0]]
    assert reasons(first[1]) == reasons(second[1]) == [(0, 0, "compile", "error")]


def test_what_a_replay_lacks_goes_out_as_a_batch_and_its_problem_waits(
    tmp_path: Path, pool: Pool
) -> None:
    (tmp_path / "none.jsonl").touch()
    missing = RequestFile(tmp_path / "requests.jsonl", "m", BATCH_DIALECT)
    replay = Replay(tmp_path / "none.jsonl", missing)

    def asking(model: Model) -> Callable[[Executor], ModelSource]:
        return lambda _: replace(model_source(model, 1), postpones=True)

    funnel = formalize(tmp_path / "corpus", pool, [PROBLEM], asking(replay))
    assert funnel.total == 0
    missing.close()
    (request,) = map(json.loads, (tmp_path / "requests.jsonl").read_text().splitlines())
    answer = {"role": "assistant", "content": fenced(SUM)}
    body = {"choices": [{"index": 0, "message": answer, "finish_reason": "stop"}]}
    response = {"status_code": 200, "body": body}
    line = {"custom_id": request["custom_id"], "response": response, "error": None}
    (tmp_path / "answers.jsonl").write_text(json.dumps(line) + "\n")
    answers = Replay(tmp_path / "answers.jsonl")
    funnel = formalize(tmp_path / "corpus", pool, [PROBLEM], asking(answers))
    assert (funnel.total, funnel.statements) == (1, 1)
