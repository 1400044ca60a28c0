"""Corpus folders of made-up rows, for tests that read them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from numina_lean.corpus.folder import tables
from numina_lean.corpus.row import CorpusRow, Loss, Provenance, RlData

PROVENANCE = Provenance(
    problem_id="p0",
    input_row=0,
    sample=0,
    translator="rules",
    profile="core",
    prompt_hash="p",
    statement_hash="s0",
    header_hash="h",
    engine="embedded",
    lean_version="4.28.0-pre",
    mathlib_revision=None,
    verdict="statement",
    tactic=None,
    attempts=1,
    seconds=0.1,
    proof_seconds=0.2,
    package_version="0",
    rulings=json.dumps([{"gate": "parse", "passed": True, "seconds": 0.5, "evidence": {}}]),
)


def statement(name: str, claim: str = "1 + 1 = 2", proof: str = "by sorry") -> str:
    """A source for the profile `core`."""
    header = "import NuminaLean.Prelude\n\nset_option autoImplicit false"
    return f"{header}\n\ntheorem {name} :\n    {claim} := {proof}\n"


def row(number: int, *, proof: str | None = None, **changes: object) -> CorpusRow:
    """Row `number`, of a problem of its own. `changes` are to the row or to its provenance."""
    of_row = {name: value for name, value in changes.items() if name in CorpusRow.__slots__}
    rest = {name: value for name, value in changes.items() if name not in of_row}
    provenance = replace(
        PROVENANCE,
        problem_id=f"p{number}",
        input_row=number,
        statement_hash=f"s{number}",
        verdict="proved" if proof else "statement",
        tactic="omega" if proof else None,
    )
    claim = f"{number} + 0 = {number}"
    made = CorpusRow(
        problem=f"What is ${number} + 0$?",
        question_type="math-word-problem",
        answer=str(number),
        formal_statement=statement(f"t{number}", claim),
        formal_proof=statement(f"t{number}", claim, proof) if proof else None,
        source="olympiads" if number % 2 else "aops_forum",
        problem_type="Algebra",
        exam="",
        provenance=replace(provenance, **rest),
        rl_data=None,
    )
    return replace(made, **of_row)


def loss(number: int, stage: str = "check", reason: str = "error", **changes: object) -> Loss:
    """What became of problem `number`."""
    made = Loss(
        problem_id=f"p{number}",
        input_row=number,
        stage=stage,  # type: ignore[arg-type]
        reason=reason,
        detail="which",
        translator="rules",
        profile="core",
        package_version="0",
        problem=f"What is ${number}$?",
    )
    return replace(made, **changes)


def write(
    folder: Path,
    rows: Sequence[CorpusRow | Mapping[str, object]] = (),
    losses: Sequence[Loss] = (),
    *,
    shard_rows: int = 4,
) -> Path:
    """The folder with these rows, `shard_rows` a shard."""
    made = tables(folder)
    data = [each.fields() if isinstance(each, CorpusRow) else each for each in rows]
    for shard, start in enumerate(range(0, len(data), shard_rows)):
        made.data.write(shard, data[start : start + shard_rows])
    made.rejected.write(0, [each.fields() for each in losses])
    return folder


def rl(correct: int, of: int) -> RlData:
    return RlData(n_proofs=of, n_correct_proofs=correct)
