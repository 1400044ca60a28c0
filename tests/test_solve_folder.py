"""What a run leaves on the disk is what the next one finds."""

from dataclasses import replace
from pathlib import Path

import pytest

from numina_lean.errors import InputError
from numina_lean.problems.problem import Problem
from numina_lean.solve.classes import Classes
from numina_lean.solve.folder import SolveFolder, read_solutions, record_of, trace_of
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.solution import solution_of
from numina_lean.solve.solver import Solved
from numina_lean.solve.trace import Trace, Turn
from numina_lean.solve.vote import vote

PROBLEM = Problem("p", "What is 6 · 7?", "42", source="ours")
TURN = Turn("π\n```python\nprint(42)\n```\n", "stop", 9, 0.5, "print(42)\n", "", "42", "ok", 0.02)
TRACE = Trace("p", 3, (TURN, Turn("So \\boxed{42}.", "stop", 4, 0.1)), "answered", "42")
PROCEDURE = Procedure(samples=2)


def solved(*traces: Trace) -> Solved:
    votes = vote(traces, PROCEDURE, Classes(PROCEDURE))
    return Solved(PROBLEM, traces, votes, False, True, 1.5)


@pytest.mark.parametrize("text", ["plain", "π ∈ ℝ", "lone \ud800", "nul \0 and \u2028"])
def test_a_trace_comes_back_as_it_was(text: str, tmp_path: Path) -> None:
    trace = replace(TRACE, turns=(replace(TURN, text=text, output=text),), detail=text)
    with SolveFolder(tmp_path / "out", {}) as folder:
        folder.keep_trace(trace)
    with SolveFolder(tmp_path / "out", {}) as folder:
        assert folder.begun(PROBLEM) == [trace]
        assert folder.begun(PROBLEM) == []
    assert trace_of(record_of(trace)) == trace


def test_a_solution_comes_back_as_it_was_and_its_traces_are_not_begun_again(tmp_path: Path) -> None:
    other = Trace("p", 1, (), "no_code")
    solution = solution_of(solved(TRACE, other), PROCEDURE)
    with SolveFolder(tmp_path / "out", {}) as folder:
        folder.keep_trace(TRACE)
        folder.keep_solution(solution)
    assert read_solutions(tmp_path / "out") == [solution]
    assert (solution.correct, solution.answer, solution.abstained) == (True, "42", 1)
    assert [(s.sample, s.correct) for s in solution.samples] == [(3, True), (1, False)]
    with SolveFolder(tmp_path / "out", {}) as folder:
        assert folder.is_solved(PROBLEM)
        assert folder.begun(PROBLEM) == []
        with pytest.raises(InputError, match="was another text"):
            folder.is_solved(replace(PROBLEM, problem="What is 6 · 8?"))


def test_without_a_known_answer_nothing_is_right_or_wrong() -> None:
    for answer in ("", "proof", "notfound"):
        given = replace(solved(TRACE), problem=replace(PROBLEM, answer=answer))
        solution = solution_of(given, PROCEDURE)
        assert (solution.reference, solution.correct) == (None, None)


def test_what_was_stopped_is_no_sample() -> None:
    stopped = replace(TRACE, sample=4, ended="stopped", answer=None)
    assert len(solution_of(solved(TRACE, stopped), PROCEDURE).samples) == 1


def test_a_folder_without_solutions_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_solutions(tmp_path)
