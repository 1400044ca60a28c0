"""Evaluations as tests need them: solutions of traces that end as the test says, in a folder."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from numina_lean.evaluate.folder import Manifest, seed_folder, write_manifest
from numina_lean.evaluate.suites import SUITES
from numina_lean.problems.problem import Problem
from numina_lean.solve.classes import Classes
from numina_lean.solve.folder import SOLUTIONS
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.solution import Solution, solution_of
from numina_lean.solve.solver import Solved
from numina_lean.solve.trace import Trace, Turn
from numina_lean.solve.vote import vote

_BAD = Turn("", "stop", code="x", output="", run="error")


def solution(
    answers: Sequence[str | None],
    reference: str = "7",
    *,
    id: str = "p",
    text: str | None = None,
    procedure: Procedure | None = None,
    failures: Sequence[int] = (),
) -> Solution:
    """What the solver makes of traces that end with these answers; None: without one."""
    procedure = procedure or Procedure(samples=len(answers), modulus=None)
    traces = tuple(
        Trace(
            id,
            sample,
            (_BAD,) * (failures[sample] if failures else 0),
            "no_answer" if answer is None else "answered",
            answer,
        )
        for sample, answer in enumerate(answers)
    )
    votes = vote(traces, procedure, Classes(procedure))
    problem = Problem(id, f"problem {id}" if text is None else text, reference)
    return solution_of(Solved(problem, traces, votes, False, True, 1.0), procedure)


def write_run(
    folder: Path,
    seeds: Mapping[int, Sequence[Solution]],
    *,
    suite: str = "amc",
    samples: int | None = None,
    **settings: str,
) -> Path:
    """A folder as `evaluate` leaves it."""
    known = SUITES[suite]
    rows = len({each.id for solutions in seeds.values() for each in solutions})
    manifest = Manifest(
        suite=suite,
        title=known.title,
        source="rows.jsonl",
        expected=known.rows,
        rows=rows,
        broken=0,
        answer_mode=known.answer_mode,
        modulus=known.modulus,
        weights="equal",
        samples=samples or max(each.width for found in seeds.values() for each in found),
        settings={"model": "replay:x", **settings},
    )
    write_manifest(folder, manifest)
    for seed, solutions in seeds.items():
        path = seed_folder(folder, suite, seed)
        path.mkdir(parents=True)
        lines = (f"{json.dumps(each.record())}\n" for each in solutions)
        (path / SOLUTIONS).write_text("".join(lines))
    return folder
