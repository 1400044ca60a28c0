"""`check` as a stage: sources of a part to rows of verdicts, by a pool on the machine itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import pyarrow as pa

from numina_lean.check.batch import Result, Terms, check_batch
from numina_lean.check.fields import Fields
from numina_lean.check.inputs import read_inputs
from numina_lean.check.output import result_fields
from numina_lean.check.pool import Pool
from numina_lean.check.source import printable
from numina_lean.check.verdict import UNREADABLE
from numina_lean.distributed.parts import Part
from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Engine
from numina_lean.lint.linter import Linter

_POSITION = pa.struct([("line", pa.int64()), ("column", pa.int64())])
_MESSAGE = pa.struct(
    [
        ("severity", pa.string()),
        ("text", pa.string()),
        ("start", _POSITION),
        ("end", _POSITION),
        ("kind", pa.string()),
    ]
)
_SORRY = pa.struct([("goal", pa.string()), ("start", _POSITION), ("end", _POSITION)])
_DECLARATION = pa.struct(
    [("name", pa.string()), ("kind", pa.string()), ("axioms", pa.list_(pa.string()))]
)
_MISMATCH = pa.struct([("code", pa.string()), ("name", pa.string()), ("detail", pa.string())])
_FINDING = pa.struct([("code", pa.string()), ("declaration", pa.string()), ("detail", pa.string())])

VERDICT_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "verdict": pa.string(),
        "reason": pa.string(),
        "detail": pa.string(),
        "messages": pa.list_(_MESSAGE),
        "sorries": pa.list_(_SORRY),
        "declarations": pa.list_(_DECLARATION),
        "missing_modules": pa.list_(pa.string()),
        "engine": pa.string(),
        "lean_version": pa.string(),
        "mathlib_revision": pa.string(),
        "header_hash": pa.string(),
        "seconds": pa.float64(),
        "truncated": pa.bool_(),
        "replayed": pa.bool_(),
        "mismatches": pa.list_(_MISMATCH),
        "cached": pa.bool_(),
        "lint": pa.list_(_FINDING),
        "origin": pa.string(),
    }
)
"""The keys of `check`'s JSON lines, as columns."""


@dataclass(frozen=True, slots=True)
class CheckStage:
    """Opens on a machine as many Lean processes as it is told, and checks parts with them."""

    engine: Literal["auto", "embedded", "native"]
    fields: Fields
    terms: Terms
    lint: bool = False
    unsafe_no_sandbox: bool = False

    @contextmanager
    def __call__(self, jobs: int) -> Iterator["_Checking"]:
        """Raises `EngineUnavailableError` where the machine has no such engine."""
        engine = choose_engine(self.engine, unsafe_no_sandbox=self.unsafe_no_sandbox)
        with Pool(engine, jobs=jobs) as pool:
            yield _Checking(self, engine, pool)


@dataclass(frozen=True, slots=True)
class _Checking:
    stage: CheckStage
    engine: Engine
    pool: Pool

    def __call__(self, part: Part) -> Iterator[dict[str, object]]:
        linter = Linter(self.pool) if self.stage.lint else None
        inputs = read_inputs(part.inputs, self.stage.fields, BytesIO())
        results = check_batch(self.pool, self.engine.lean, inputs, self.stage.terms, linter)
        for result in results:
            yield verdict_row(result)

    def label(self, row: Mapping[str, object]) -> str:
        return UNREADABLE if row["reason"] == UNREADABLE else str(row["verdict"])


def verdict_row(result: Result) -> dict[str, object]:
    """The result by the columns of `VERDICT_SCHEMA`."""
    return {name: _in_utf8(value) for name, value in result_fields(result).items()}


def _in_utf8(value: object) -> object:
    """`value` with what UTF-8 cannot say (lone surrogates) spelled out, wherever it stands."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _in_utf8(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_utf8(each) for each in value]
    return value
