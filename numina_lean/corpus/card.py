"""The README of a corpus folder: a dataset card, with front matter that `datasets` opens it by.

Written from what the folder holds, so that the counts are those of its rows, whoever wrote them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from numina_lean.corpus.columns import meanings
from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.folder import DATA, REJECTED, open_folder
from numina_lean.corpus.row import CORPUS_SCHEMA, LOSS_SCHEMA
from numina_lean.corpus.shards import ShardedTable
from numina_lean.corpus.statistics import Counts, Statistics, statistics
from numina_lean.lean.native import pins

CARD = "README.md"
UNKNOWN_LICENSE = "unknown"

_MOST_LINES = 20
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGE = "1M<n<10M"
_TEXT = """\
---
{front_matter}---

# {name}

{statements} statements in Lean 4, {proofs} of them with a proof, made from {problems} problems of
competition mathematics by [numina-lean](https://github.com/project-numina/numina-lean). Lean has
elaborated every statement; every proof was checked against its statement down to the axioms that
it rests on.

```python
from datasets import load_dataset

{example}```

## What is in it

{counts}

`formal_proof` is null where no proof was found: that says nothing about the statement's truth.

## Which Lean

{leans}

{pinned} of the {statements} statements are accepted by the pinned Lean, `{toolchain}` with
mathlib at `{mathlib}`. The others hold for the Lean that their row names, and are to be confirmed
(`numina-lean corpus recheck`) before they count as pinned. Rows of the profile `core` import
`NuminaLean.Prelude`, which comes with numina-lean; `numina-lean corpus export` writes all rows as a
Lean library with everything that they import.

## How it was made

Problems are selected, translated, and taken through gates, the cheapest first. What is lost on the
way is kept in the table `rejected`, with the stage, the reason, the candidate, and what every gate
said about it.

{funnel}
{gates}
## Columns

{columns}
{rejected_columns}
## Limits

- A statement that compiles is not thereby a faithful one. Gates refuse statements that are refuted,
  contradictory, or, where a model judged, unlike the problem; no human has read them.
- A verdict holds for the Lean, the mathlib and the header that the row names.
- Problems are as the source has them, with its errors.
"""


def write_card(path: Path, license: str = UNKNOWN_LICENSE) -> None:
    """Write the card of the corpus in the folder `path`. Raises `InputError` for what is none."""
    write_text_atomically(path / CARD, card(path, license=license))


def card(path: Path, *, license: str = UNKNOWN_LICENSE, name: str | None = None) -> str:
    """The card of the corpus in the folder `path`.

    `license` as the Hub spells it; `name` is the title, by default the folder's. Raises
    `InputError` for what is no corpus.
    """
    folder = open_folder(path, ("formal_statement",))
    counted = statistics(path)
    tables = {"corpus": folder.data, "rejected": folder.rejected}
    there = {config: table for config, table in tables.items() if table.shards()}
    return _TEXT.format(
        front_matter=_front_matter(counted, there, license),
        name=name or path.resolve().name,
        statements=f"{counted.total.rows:,}",
        proofs=f"{counted.total.proofs:,}",
        problems=f"{counted.problems:,}",
        example="".join(_EXAMPLES[config] for config in there),
        counts="\n\n".join(_counts(counted)) or "Nothing yet.",
        leans=_groups("accepted by", counted.by.get("lean", {})) or "No statements.",
        pinned=f"{counted.pinned:,}",
        toolchain=pins.LEAN_TOOLCHAIN,
        mathlib=pins.MATHLIB_REVISION,
        funnel=_funnel(counted),
        gates=_gates(counted),
        columns=_columns(CORPUS_SCHEMA),
        rejected_columns=_rejected_columns() if "rejected" in there else "",
    )


_EXAMPLES = {
    "corpus": 'corpus = load_dataset(".", "corpus", split="train")\n',
    "rejected": 'rejected = load_dataset(".", "rejected", split="train")  # what was lost\n',
}
_FOLDERS = {"corpus": DATA, "rejected": REJECTED}


def _front_matter(counted: Statistics, tables: dict[str, ShardedTable], license: str) -> str:
    configs = [
        {
            "config_name": config,
            **({"default": True} if config == "corpus" else {}),
            "data_files": [{"split": "train", "path": f"{_FOLDERS[config]}/*.parquet"}],
        }
        for config in tables
    ]
    fields: dict[str, Any] = {
        "language": ["en"],
        "license": license,
        "task_categories": ["text-generation"],
        "size_categories": [_size(counted.total.rows)],
        "tags": ["lean4", "autoformalization", "theorem-proving", "mathematics"],
        "configs": configs,
        "dataset_info": [_info(config, table) for config, table in tables.items()],
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def _info(config: str, table: ShardedTable) -> dict[str, Any]:
    """What the Hub shows of a table before it is fetched. No features where shards differ."""
    schemas = [pq.read_schema(shard) for shard in table.shards()]
    alike = all(schema.equals(schemas[0]) for schema in schemas)
    features = {"features": _features(schemas[0])} if alike else {}
    size = sum(shard.stat().st_size for shard in table.shards())
    return {
        "config_name": config,
        **features,
        "splits": [{"name": "train", "num_examples": table.count()}],
        "download_size": size,
    }


def _features(fields: Iterable["pa.Field[Any]"]) -> list[dict[str, Any]]:
    """Columns as the front matter of a card has them."""
    return [_feature(field) for field in fields]


def _feature(field: "pa.Field[Any]") -> dict[str, Any]:
    is_list = pa.types.is_list(field.type)
    inner = field.type.value_type if is_list else field.type
    if pa.types.is_struct(inner):
        content: Any = _features(inner.field(at) for at in range(inner.num_fields))
        return {"name": field.name, "list" if is_list else "struct": content}
    dtype = {"double": "float64", "float": "float32"}.get(str(inner), str(inner))
    return {"name": field.name, "list" if is_list else "dtype": dtype}


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), _LARGE)


def _counts(counted: Statistics) -> Iterator[str]:
    for title, group in (
        ("source", "source"),
        ("question type", "question_type"),
        ("profile", "profile"),
        ("written by", "model"),
    ):
        if counted.by.get(group):
            yield _groups(title, counted.by[group])
    for lean, tactics in counted.tactics.items():
        rows = [(name, f"{count:,}") for name, count in tactics.most_common(_MOST_LINES)]
        yield _table(("proved by", f"proofs ({lean})"), rows)


def _groups(title: str, groups: dict[str, Counts]) -> str:
    ordered = sorted(groups.items(), key=lambda each: (-each[1].rows, each[0]))
    rows = [(name, f"{each.rows:,}", f"{each.proofs:,}") for name, each in ordered[:_MOST_LINES]]
    rest = [each for _, each in ordered[_MOST_LINES:]]
    if rest:
        more = sum(each.rows for each in rest), sum(each.proofs for each in rest)
        rows.append((f"{len(rest)} more", f"{more[0]:,}", f"{more[1]:,}"))
    return _table((title, "statements", "proofs"), rows) if rows else ""


def _funnel(counted: Statistics) -> str:
    rows = [
        (stage, f"{left:,}", _reasons(counted.reasons.get(stage, {})))
        for stage, left in counted.funnel()
    ]
    return _table(("stage", "problems left", "candidates lost there, and why"), rows) + "\n"


def _gates(counted: Statistics) -> str:
    rows = [
        (name, f"{each.passed:,}", f"{each.lost.total():,}", _reasons(each.lost))
        for name, each in counted.gates.items()
    ]
    return f"\n{_table(('gate', 'passed', 'lost', 'why'), rows)}\n" if rows else ""


def _reasons(reasons: dict[str, int]) -> str:
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    shown = ", ".join(f"{reason} {count:,}" for reason, count in ordered[:_MOST_LINES])
    return shown + (", …" if len(ordered) > _MOST_LINES else "")


def _columns(schema: pa.Schema) -> str:
    rows = [(f"`{name}`", kind, meaning) for name, kind, meaning in meanings(schema)]
    return _table(("column", "type", "meaning"), rows)


def _rejected_columns() -> str:
    return f"\nThe table `rejected` has\n\n{_columns(LOSS_SCHEMA)}\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(text: str) -> str:
    """`text` so that it stays in its cell, whatever a source is called."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
