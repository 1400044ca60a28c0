"""A cleaning run: the stages in order, each resumable, and the folder that they fill.

1. `index`: every row read, tokenised, signed; runs of words of test problems found.
2. `embed`: rows that are near a test problem in meaning, if an embedder is given.
3. `repeats`: duplicates among the rows that 1 and 2 leave.
4. `write`: the rows that stay, in the order of the input, and the evidence for those that go.

Rows stay in parquet throughout; what is held in memory is a part of 8192 rows and, of all rows,
columns of numbers.
"""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean import __version__
from numina_lean.clean.dropped import (
    DROPPED_SCHEMA,
    Evidence,
    Loss,
    contaminated,
    near_in_meaning,
    repeated,
)
from numina_lean.clean.embedder import Embedder
from numina_lean.clean.held_out import HeldOut
from numina_lean.clean.index import Index, index_rows
from numina_lean.clean.lines import Broken
from numina_lean.clean.meaning import find_near_in_meaning, to_embed
from numina_lean.clean.repeats import REPEATS, Repeats, find_repeats
from numina_lean.clean.settings import Settings
from numina_lean.clean.table import Input, as_schema, input_files, open_input
from numina_lean.corpus.files import sha256_of, write_atomically, write_text_atomically
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError

MANIFEST = "manifest.json"
DROPPED = "dropped.parquet"
BROKEN = "broken.jsonl"
DATA = "data"

Stage = Literal["index", "embed", "repeats", "write"]
STAGES: tuple[Stage, ...] = ("index", "embed", "repeats", "write")

_SHARD_ROWS = 100_000
_RUNS_SHOWN = 20
"""Of the runs of words that rows go for, the most frequent are in the manifest: stock phrases."""

Advance = Callable[[Stage, int, int], None]
"""Told of `rows` more that a stage has gone over, and of how many in all it goes over."""


@dataclass(slots=True)
class _Run:
    """What the stages share. `seconds` are of this run; `counts` go to the manifest."""

    table: Input
    held_out: HeldOut
    settings: Settings
    state: Path
    advance: Advance
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - start, 3)

    def steps(self, stage: Stage, total: int) -> Callable[[int], None]:
        return lambda rows: self.advance(stage, rows, total)


def clean(
    inputs: Sequence[Path],
    held_out: HeldOut,
    output: Path,
    settings: Settings,
    embedder: Embedder | None = None,
    advance: Advance = lambda stage, rows, total: None,
) -> dict[str, object]:
    """Clean the rows of `inputs` into the folder `output`, and give its manifest.

    A folder that is finished is left as it is. Raises `InputError` where the input cannot be read,
    or where the folder was made of other input or with other settings.
    """
    files = input_files(inputs)
    hashes = {str(file): sha256_of(file) for file in files}
    with RunFolder(output, _settings(files, hashes, held_out, settings), "cleaning run") as folder:
        manifest = output / MANIFEST
        if manifest.exists():
            done: dict[str, object] = json.loads(manifest.read_text(encoding="utf-8"))
            return done
        broken: list[Broken] = []
        table = open_input(files, settings.field, folder.state / "input", broken.append)
        if not table.rows:
            raise InputError(f"{', '.join(map(str, inputs))}: no rows")
        run = _Run(table, held_out, settings, folder.state / "stages", advance)
        losses = _losses(run, embedder)
        with run.timed("write"):
            _write(run, losses, output)
        _write_broken(broken, output / BROKEN)
        found = _manifest(run, hashes, losses, broken)
        write_text_atomically(manifest, f"{json.dumps(found, indent=2, ensure_ascii=False)}\n")
        for stage in (run.state, folder.state / "input"):
            shutil.rmtree(stage, ignore_errors=True)
        return found


def _losses(run: _Run, embedder: Embedder | None) -> dict[int, Loss]:
    """The rows that go, each with what speaks against it first."""
    with run.timed("index"):
        index = index_rows(
            run.table, run.held_out, run.settings, run.state / "index",
            run.steps("index", run.table.rows),
        )  # fmt: skip
    grams, rows = index.grams(), index.signatures()
    exempt = rows.filter("exempt").select("row").collect()["row"]
    losses = contaminated(grams, exempt)
    run.counts["exempt_with_ngram"] = grams.height - len(losses)
    run.counts["not_compared"] = rows.filter(pl.col("tokens") == 0).collect().height
    with run.timed("embed"):
        if embedder is not None:
            losses |= near_in_meaning(_embedded(run, index, losses, embedder))
    with run.timed("repeats"):
        found = _repeats(run, index, losses)
    run.counts |= {"pairs_compared": found.pairs, "pairs_near": found.near_pairs}
    return losses | repeated(found)


def _embedded(
    run: _Run, index: Index, losses: Mapping[int, Loss], embedder: Embedder
) -> pl.DataFrame:
    rows, gone = index.signatures(), pl.Series(list(losses), dtype=pl.Int64)
    total = to_embed(rows, gone, run.settings)["digest"].n_unique()
    run.counts["embedded"] = total
    return find_near_in_meaning(
        rows, gone, run.table, run.held_out, embedder, run.settings, run.state / "embed",
        run.steps("embed", total),
    )  # fmt: skip


def _repeats(run: _Run, index: Index, losses: Mapping[int, Loss]) -> Repeats:
    """As `find_repeats`, or as an earlier run found."""
    path, counts = run.state / "repeats.parquet", run.state / "repeats.json"
    if counts.exists():
        pairs, near = json.loads(counts.read_text(encoding="utf-8"))
        return Repeats(pl.read_parquet(path, schema=REPEATS), pairs, near)
    found = find_repeats(
        index.signatures(), pl.Series(list(losses), dtype=pl.Int64), run.table, run.settings,
        run.steps("repeats", run.table.rows),
    )  # fmt: skip
    write_atomically(path, found.rows.write_parquet)
    write_text_atomically(counts, json.dumps([found.pairs, found.near_pairs]))
    return found


def _write(run: _Run, losses: dict[int, Loss], output: Path) -> None:
    advance = run.steps("write", run.table.rows)
    evidence = Evidence(losses, run.table, run.held_out, run.settings)
    shards = _Shards(output / DATA, run.table.schema)

    def write(path: Path) -> None:
        with pq.ParquetWriter(path, DROPPED_SCHEMA, compression="zstd") as dropped:
            for part in run.table.parts():
                lines = evidence.of_part(part)
                dropped.write_table(pa.Table.from_pylist(lines, schema=DROPPED_SCHEMA))
                stays = np.ones(part.rows.num_rows, dtype=bool)
                stays[[int(str(line["row"])) - part.first for line in lines]] = False
                shards.add(as_schema(part.rows.filter(pa.array(stays)), run.table.schema))
                advance(part.rows.num_rows)

    write_atomically(output / DROPPED, write)
    shards.close()


class _Shards:
    """Numbered parquet files of at most some rows more than `_SHARD_ROWS`, each whole or absent."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._number = 0
        self._waiting: list[pa.Table] = []

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        if sum(each.num_rows for each in self._waiting) >= _SHARD_ROWS:
            self._flush()

    def close(self) -> None:
        if self._waiting or self._number == 0:
            self._flush()

    def _flush(self) -> None:
        tables, self._waiting = self._waiting, []

        def write(path: Path) -> None:
            with pq.ParquetWriter(path, self._schema, compression="zstd") as writer:
                for rows in tables:
                    writer.write_table(rows)

        write_atomically(self._folder / f"train-{self._number:05}.parquet", write)
        self._number += 1


def _write_broken(broken: Sequence[Broken], path: Path) -> None:
    if broken:
        lines = [json.dumps(asdict(each) | {"given": str(each.given)}) for each in broken]
        write_text_atomically(path, "".join(f"{line}\n" for line in lines))


def _settings(
    files: Sequence[Path], hashes: Mapping[str, str], held_out: HeldOut, settings: Settings
) -> dict[str, str]:
    return {
        "input": " ".join(f"{file.name}:{hashes[str(file)][:12]}" for file in files),
        "against": held_out.digest()[:12],
        "version": __version__,
        **{name: json.dumps(value) for name, value in asdict(settings).items()},
    }


def _manifest(
    run: _Run, hashes: Mapping[str, str], losses: Mapping[int, Loss], broken: Sequence[Broken]
) -> dict[str, object]:
    reasons = Counter(loss.reason.value for loss in losses.values())
    runs = Counter(loss.text for loss in losses.values() if loss.text is not None)
    return {
        "versions": {
            "numina-lean": __version__, "polars": pl.__version__, "pyarrow": pa.__version__,
        },
        "inputs": [
            {"path": str(source.given), "rows": source.rows, "sha256": hashes[str(source.given)]}
            for source in run.table.sources
        ],
        "against": {
            "sha256": run.held_out.digest(),
            "problems": dict(Counter(problem.suite for problem in run.held_out.problems)),
        },
        "settings": asdict(run.settings),
        "counts": {
            "rows": run.table.rows,
            "kept": run.table.rows - len(losses),
            "dropped": dict(reasons.most_common()),
            "broken_lines": len(broken),
            **run.counts,
        },
        "common_runs": dict(runs.most_common(_RUNS_SHOWN)),
        "seconds": run.seconds,
    }  # fmt: skip
