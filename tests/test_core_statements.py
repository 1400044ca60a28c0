"""Real statements in core Lean, written by others, against the embedded engine."""

import json
from collections import Counter
from pathlib import Path

import pytest

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict


@pytest.mark.lean
@pytest.mark.shared
def test_nearly_every_real_core_statement_compiles(pool: Pool, shared_data: Path) -> None:
    with (shared_data / "formal_pairs.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row.get("core_only")]
    items = [Item(row["id"], row["core_statement"]) for row in rows]
    outcomes = list(pool.check_all(items))
    assert [outcome.id for outcome in outcomes] == [item.id for item in items]
    assert len(outcomes) == 175
    assert Counter(outcome.verdict for outcome in outcomes)[Verdict.STATEMENT] >= 174
