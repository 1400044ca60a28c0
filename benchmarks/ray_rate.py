"""What Ray costs: the same statements by a pool in this process, and by one on a local Ray.

    python benchmarks/ray_rate.py [--checks 2000] [--jobs 2] [--runs 3]

Both sides check the same JSON lines into verdict rows, in turn in every run; starting the processes
and Ray is not timed, nor is the first part of a run, in which the actor gets its pool. Prints the
medians over the runs and their ratio. Covers the embedded engine.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median

from numina_lean.check.batch import Terms
from numina_lean.check.fields import Fields
from numina_lean.check.header import SharedHeader
from numina_lean.check.inputs import find_inputs
from numina_lean.distributed.check_stage import VERDICT_SCHEMA, CheckStage
from numina_lean.distributed.folder import RunFolder
from numina_lean.distributed.parts import Part, plan_parts
from numina_lean.distributed.ray_data import Cluster, connect, run_on_ray
from numina_lean.lean.engine import DEFAULT_HEARTBEATS

STATEMENT = "theorem t{i} (a b : Nat) (h : a < b) : a + {i} < b + {i} := by omega"
PART = 100
STAGE = CheckStage("embedded", Fields(), Terms(60.0, DEFAULT_HEARTBEATS, SharedHeader()))


def here(parts: list[Part], jobs: int) -> float:
    """Checks a second, the first part apart."""
    with STAGE(jobs) as checking:
        list(checking(parts[0]))
        started = time.perf_counter()
        rows = sum(1 for part in parts[1:] for _ in checking(part))
        return rows / (time.perf_counter() - started)


def on_ray(parts: list[Part], jobs: int, cluster: Cluster, output: Path) -> float:
    """Checks a second, from the first part that is done to the last."""
    with RunFolder(output, {}, "verdicts", VERDICT_SCHEMA) as folder:
        done = run_on_ray(STAGE, parts, folder.shards, cluster, jobs=jobs)
        next(done)
        started = time.perf_counter()
        rows = sum(part.counts.total() for part in done)
        return rows / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        connect("local", processors=options.jobs) as cluster,
    ):
        table = Path(name) / "rows.jsonl"
        rows = ({"code": STATEMENT.format(i=i)} for i in range(options.checks))
        table.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        parts = plan_parts(find_inputs([str(table)], Fields()).inputs, PART)
        pairs = [
            (
                here(parts, options.jobs),
                on_ray(parts, options.jobs, cluster, Path(name) / f"run-{run}"),
            )
            for run in range(options.runs)
        ]
        bytes_a_row = (
            sum(path.stat().st_size for path in Path(name).glob("run-0/verdicts/*"))
            / options.checks
        )
    pool, ray = (median(rates) for rates in zip(*pairs, strict=True))
    print(f"pool {pool:.1f}/s, on Ray {ray:.1f}/s: {ray / pool:.2f} of the pool's rate")
    print(f"{bytes_a_row:.0f} bytes a verdict row")


if __name__ == "__main__":
    main()
