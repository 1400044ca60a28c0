"""What an evaluation leaves on the disk, and what its report is made from.

DIR/SUITE/suite.json    what was evaluated, and how: see `Manifest`
DIR/SUITE/seed-N/       what the solver leaves: see `solve.folder`
DIR/completions.jsonl   what the model wrote, for `replay:`
DIR/report.json, report.html
DIR/.state/, DIR/SUITE/.state/   settings and locks
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.evaluate.ballot import RULES, Reading
from numina_lean.solve.folder import SOLUTIONS, read_solutions
from numina_lean.solve.procedure import AnswerMode, Weights
from numina_lean.solve.solution import Solution

MANIFEST = "suite.json"
_SEED = re.compile(r"seed-(\d+)")


class Manifest(BaseModel):
    """What was evaluated: `rows` of `source` (a published set has `expected`), `broken` of which
    are no problems. `samples`: how many were wanted of each problem. `settings`: all that decides
    a solution but the seed, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    title: str
    source: str
    expected: int
    rows: int
    broken: int
    answer_mode: AnswerMode
    modulus: int | None
    weights: Weights
    samples: int
    settings: dict[str, str]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """How its answers are read, a rule after the other."""
        return tuple(Reading(rule, self.modulus, self.weights) for rule in RULES[self.answer_mode])


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One suite of an evaluation; `seeds` ascending, those with solutions."""

    manifest: Manifest
    seeds: Mapping[int, tuple[Solution, ...]]


def seed_folder(folder: Path, suite: str, seed: int) -> Path:
    return folder / suite / f"seed-{seed}"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = manifest.model_dump_json(indent=2)
    write_text_atomically(folder / manifest.suite / MANIFEST, f"{text}\n")


def read_evaluation(folder: Path) -> tuple[SuiteRun, ...]:
    """The suites of a folder, by name; a run that goes on may be read. Nothing is written.

    Raises `InputError` where it has none with a solution, or one that cannot be read.
    """
    found = [_suite_run(path) for path in sorted(folder.glob(f"*/{MANIFEST}"))]
    runs = tuple(run for run in found if run.seeds)
    if not runs:
        raise InputError(f"{folder}: no evaluation with solutions. Pass evaluate's --output")
    return runs


def _suite_run(path: Path) -> SuiteRun:
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{path}: damaged ({place or 'JSON'}: {first['msg']}). Run evaluate again"
        ) from error
    seeds = {
        int(match[1]): tuple(read_solutions(each))
        for each in path.parent.iterdir()
        if (match := _SEED.fullmatch(each.name)) and (each / SOLUTIONS).is_file()
    }
    return SuiteRun(manifest, {seed: seeds[seed] for seed in sorted(seeds) if seeds[seed]})
