"""Suites through the solver, seed after seed, into the folder of an evaluation."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from numina_lean.cli.solving import Means, open_machine
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError
from numina_lean.evaluate.folder import Manifest, seed_folder, write_manifest
from numina_lean.evaluate.seeds import drawn_from
from numina_lean.evaluate.suites import Rows, Suite, rows_of, suite_named
from numina_lean.problems.problem import Problem
from numina_lean.problems.read import FieldNames
from numina_lean.solve.procedure import Procedure

Tell = Callable[[str], None]
_MOST_WARNINGS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """A suite with its rows of `source`, of which the first `limit` problems are solved."""

    suite: Suite
    source: str
    rows: Rows
    procedure: Procedure
    limit: int | None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.rows.problems[: self.limit]

    def settings(self, means: Means) -> dict[str, str]:
        """All that decides a solution, but the seed: with the procedure a digest of the rows."""
        settings = means.settings(self.procedure)
        del settings["seed"]
        digest = hashlib.sha256()
        for each in self.rows.problems:
            digest.update(repr((each.id, each.problem, each.answer)).encode())
        return settings | {"rows": digest.hexdigest()[:16]}

    def manifest(self, means: Means) -> Manifest:
        return Manifest(
            suite=self.suite.name,
            title=self.suite.title,
            source=self.source,
            expected=self.suite.rows,
            rows=self.rows.total,
            broken=len(self.rows.broken),
            answer_mode=self.procedure.answer_mode,
            modulus=self.procedure.modulus,
            weights=self.procedure.weights,
            samples=self.procedure.samples,
            settings=self.settings(means),
        )


def read_parts(
    suites: Sequence[str],
    files: Sequence[str],
    names: FieldNames,
    procedure: Procedure,
    *,
    modulus: int | None,
    limit: int | None,
) -> tuple[Part, ...]:
    """The rows of all suites, each from its file of `files` (`SUITE=FILE`, or `FILE` where there is
    one suite) or from the Hub. `modulus` takes the place of the suites' own, 0 for none.

    Raises `InputError`, also for a suite without a problem.
    """
    chosen = tuple(dict.fromkeys(suites))
    found = _files(chosen, files)
    parts = []
    for name in chosen:
        suite = suite_named(name)
        if modulus is not None and suite.answer_mode == "integer":
            suite = replace(suite, modulus=modulus or None)
        rows = rows_of(suite, found.get(name), names)
        source = found.get(name, suite.dataset)
        if not rows.problems:
            why = f" (the first: {rows.broken[0].detail})" if rows.broken else ""
            raise InputError(f"{source}: no problem of the suite {name} is there{why}")
        own = replace(procedure, answer_mode=suite.answer_mode, modulus=suite.modulus)
        parts.append(Part(suite, source, rows, own, limit))
    return tuple(parts)


def _files(suites: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for given in files:
        name, equals, path = given.partition("=")
        suite = next((each for each in suites if each == name and equals), None)
        if suite is None:
            if len(suites) != 1:
                raise InputError(
                    f"--data {given}: say whose rows they are, {suites[0]}=FILE, for a suite "
                    f"that is run ({', '.join(suites)})"
                )
            suite, path = suites[0], given
        if suite in found:
            raise InputError(f"--data {given}: {suite} has rows from {found[suite]} already")
        found[suite] = path
    return found


def tell_rows(part: Part, tell: Tell) -> None:
    """Warn of what is not as the published set."""
    name, rows = part.suite.name, part.rows
    if rows.total != part.suite.rows:
        tell(
            f"warning: {name}: {part.source} has {rows.total} rows, the published set has "
            f"{part.suite.rows}"
        )
    for row in rows.broken[:_MOST_WARNINGS]:
        tell(f"warning: {name}: {row.id}: {row.detail}")
    if len(rows.broken) > _MOST_WARNINGS:
        tell(f"warning: {name}: {len(rows.broken) - _MOST_WARNINGS} more rows are left out")


def run_parts(
    means: Means, parts: Sequence[Part], output: Path, seeds: Sequence[int], tell: Tell
) -> int:
    """Solve every part with every seed; how many problems the model left for another run.

    Raises what `open_machine` and the solver raise; what is solved by then is kept.
    """
    steps = [
        (part, seed, replace(part.procedure, seed=drawn_from(seed, part.procedure.samples)))
        for part in parts
        for seed in seeds
    ]
    settings = {"model": means.model, "family": means.family}
    with RunFolder(output, settings, "evaluation"):
        for part in parts:
            with RunFolder(output / part.suite.name, part.settings(means), "solutions"):
                write_manifest(output, part.manifest(means))
        try:
            return asyncio.run(_solve_all(means, steps, output, tell))
        except BaseException:
            tell(f"note: what is finished is kept in {output}; the same command goes on")
            raise


async def _solve_all(
    means: Means, steps: Sequence[tuple[Part, int, Procedure]], output: Path, tell: Tell
) -> int:
    left = 0
    async with open_machine(means, tell) as machine:
        for part, seed, procedure in steps:
            name, total = part.suite.name, len(part.problems)
            tell(f"{name}, seed {seed}: {total} problems")
            folder = seed_folder(output, name, seed)
            _, standing = await machine.solve(iter(part.problems), folder, procedure, total=total)
            left += standing.postponed
    return left
