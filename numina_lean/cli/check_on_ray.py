"""`numina-lean check --ray`: the same check on the nodes of a Ray cluster."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from numina_lean import __version__
from numina_lean.check.batch import Terms, require_header, require_reference
from numina_lean.check.inputs import Input
from numina_lean.check.output import Tally
from numina_lean.check.pool import Pool
from numina_lean.check.verdict import UNREADABLE, Verdict
from numina_lean.cli.options import jobs_or_default
from numina_lean.cli.progress import progress_bar
from numina_lean.distributed.check_stage import VERDICT_SCHEMA, CheckStage
from numina_lean.distributed.folder import ShardFolder, Shards
from numina_lean.distributed.parts import digest, plan_parts
from numina_lean.distributed.ray_data import connect, run_on_ray
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine
from numina_lean.lean.report import LeanInfo

PART_SOURCES = 512
"""Sources of a part: some seconds of a machine, so that nodes end together and little is redone."""
TABLE = "verdicts"


def check_on_ray(
    address: str, inputs: Sequence[Input], output: Path, stage: CheckStage, jobs: int | None
) -> tuple[Tally, LeanInfo]:
    """Check `inputs` into the folder `output`, but for what an earlier run did there.

    The counts are those of the whole folder. `jobs` are Lean processes on each node, by default
    one for each of its processors. Raises `InputError`, `EngineUnavailableError`, `RunFailedError`.
    """
    lean = choose_engine(stage.engine, unsafe_no_sandbox=stage.unsafe_no_sandbox)
    parts = plan_parts(inputs, PART_SOURCES)
    plan = {"input": digest(inputs), **_plan(stage, lean)}
    with ShardFolder(output, plan, TABLE, VERDICT_SCHEMA) as folder:
        _require_terms(lean, stage.terms)
        left = [part for part in parts if not folder.shards.is_there(part.number)]
        with (
            progress_bar("parts", len(parts)) as bar,
            connect(address, processors=jobs_or_default(jobs)) as cluster,
        ):
            bar.advance(len(parts) - len(left))
            for _ in run_on_ray(stage, left, folder.shards, cluster, jobs=jobs):
                bar.advance()
        return _tally(folder.shards, len(parts)), lean.lean


def _plan(stage: CheckStage, lean: Engine) -> dict[str, str]:
    """What decides the verdicts, in words and hashes."""
    terms = stage.terms
    told = {
        "timeout": terms.timeout,
        "heartbeats": terms.heartbeats,
        "header": terms.header.text,
        "reference": terms.reference,
        "axioms": sorted(terms.policy.axioms),
        "strict": terms.policy.strict,
        "fields": [stage.fields.code, stage.fields.id, stage.fields.reference],
        "lint": stage.lint,
    }
    return {
        "part size": str(PART_SOURCES),
        "options": hashlib.sha256(json.dumps(told).encode()).hexdigest(),
        "engine": f"{lean.lean.engine} {lean.lean.lean_version} {lean.lean.mathlib_revision}",
        "numina-lean": __version__,
    }


def _require_terms(lean: Engine, terms: Terms) -> None:
    """Raise `InputError` for a header or a reference that Lean refuses, before all the rest."""
    if terms.header.text or terms.reference is not None:
        with Pool(lean, jobs=1) as pool:
            require_header(pool, terms)
            require_reference(pool, terms)


def _tally(shards: Shards, parts: int) -> Tally:
    tally = Tally()
    for number in range(parts):
        table = pq.read_table(shards.path(number), columns=["verdict", "reason", "lint"])
        for row in table.to_pylist():
            if row["reason"] == UNREADABLE:
                tally.unreadable += 1
            else:
                tally.verdicts[Verdict(row["verdict"])] += 1
                tally.warned += bool(row["lint"])
    return tally
