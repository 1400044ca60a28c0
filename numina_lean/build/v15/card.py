"""The dataset card of a 1.5 build: front matter that `datasets` opens it by, counts, the rules."""

from collections import Counter
from collections.abc import Iterator, Sequence

import yaml

from numina_lean import __version__
from numina_lean.build.manifest import StageCounts
from numina_lean.build.tir.card import size_category, stage_lines
from numina_lean.build.tir.dataset import DATA
from numina_lean.build.v15.counts import Counts

_TEXT = """\
---
{front}---

# {name}

{rows} problems of competition mathematics in the columns of
[NuminaMath-1.5](https://huggingface.co/datasets/AI-MO/NuminaMath-1.5), built by
[numina-lean](https://github.com/project-numina/numina-lean) {version} (`numina-lean build v1.5`).

```python
from datasets import load_dataset

rows = load_dataset("{name}", split="train")
```

## Rows

{sources}

{types}

{questions}

{validity}

## How the fields came about

Rules first, a model second. Of the rows, rules were sure of {sure}.
{model}

`answer` is what the solution states, `proof` for a question that only asks for a proof, `notfound`
where nothing is stated. `synthetic` goes by the source; rows of `synthetic_amc` are left out. Rows
of `olympiads` that official solutions were given for are rows of `olympiads_ref`.
`problem_is_valid` and `solution_is_valid` are `Yes`, `Incomplete` (something is missing), or `No`
(it is no such text); by the rules alone, `Yes` says that nothing is missing, not that it is right.

## Stages

{stages}

What was left out, and why, is in `rejected.jsonl`; versions, settings and the hashes of all inputs
in `manifest.json`.
"""


def card(name: str, counts: Counts, stages: Sequence[StageCounts], model: str | None) -> str:
    """The text of README.md. `model`: what was asked where no rule was sure."""
    asked = "No model was asked: the other fields hold the likeliest value."
    if model is not None:
        settled = ", ".join(f"`{field}` of {n:,}" for field, n in sorted(counts.asked.items()))
        asked = f"A model (`{model}`) settled {settled or 'nothing'}."
    sure = ", ".join(f"`{field}` {share:.1%}" for field, share in counts.sure_shares().items())
    return _TEXT.format(
        front=_front(counts.rows), name=name, rows=f"{counts.rows:,}", version=__version__,
        sources=_table("source", counts.sources, counts.rows),
        types=_table("problem_type", counts.problem_types, counts.rows),
        questions=_table("question_type", counts.question_types, counts.rows),
        validity=_validity(counts), sure=sure, model=asked, stages="\n".join(stage_lines(stages)),
    )  # fmt: skip


def _table(head: str, counts: Counter[str], rows: int) -> str:
    lines = [f"| {head} | rows | share |", "| --- | ---: | ---: |"]
    for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        shown = " ".join(name.split()).replace("|", "\\|") or "(none)"
        lines.append(f"| {shown} | {count:,} | {count / rows:.1%} |")
    return "\n".join(lines)


def _validity(counts: Counts) -> str:
    def lines() -> Iterator[str]:
        yield "| validity | problem | solution |"
        yield "| --- | ---: | ---: |"
        for value in ("Yes", "Incomplete", "No"):
            yield f"| {value} | {counts.problems[value]:,} | {counts.solutions[value]:,} |"

    return "\n".join(lines())


def _front(rows: int) -> str:
    content: dict[str, object] = {
        "task_categories": ["text-generation"],
        "language": ["en"],
        "tags": ["math", "aimo"],
        "size_categories": [size_category(rows)],
        "configs": [
            {"config_name": "default",
             "data_files": [{"split": "train", "path": f"{DATA}/train-*.parquet"}]}
        ],
    }  # fmt: skip
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
