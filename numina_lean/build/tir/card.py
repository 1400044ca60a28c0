"""The dataset card of a TIR build: front matter that `datasets` opens it by, yields, the rule."""

from collections.abc import Iterator, Sequence

import yaml

from numina_lean import __version__
from numina_lean.build.manifest import StageCounts
from numina_lean.build.tir.dataset import DATA
from numina_lean.build.tir.yields import Yield

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_TEXT = """\
---
{front}---

# {name}

{rows} solutions of competition problems that reason in words and calculate in Python, in the
columns of [NuminaMath-TIR](https://huggingface.co/datasets/AI-MO/NuminaMath-TIR), built by
[numina-lean](https://github.com/project-numina/numina-lean) {version} (`numina-lean build tir`).
Every program was run as it was written; every output is what it printed.

```python
from datasets import load_dataset

rows = load_dataset("{name}", split="train")  # problem, solution, messages
```

## Yield

{yields}

A problem is sampled again, with another seed, only where the passes before gave no solution.

## Which samples are kept

{rule}

## Stages

{stages}

All traces, kept or not, are in `traces.jsonl`; what was left out, and why, in `rejected.jsonl`;
versions, settings and the hashes of all inputs in `manifest.json`.
"""
_RULE = """\
The sample ended in an answer after a program had run well; no output in it was made up; the answer
is in a box and is the reference's (an integer exactly, another value by equality)"""
_PRINTED = """; and the
last output holds it: an answer that was only written, and never printed, does not count."""
_RAN = "."


def card(
    name: str, rows: int, found: Sequence[Yield], stages: Sequence[StageCounts], *, printed: bool
) -> str:
    """The text of README.md. `printed`: whether the rule of that name was in force."""
    return _TEXT.format(
        front=_front(rows), name=name, rows=f"{rows:,}", version=__version__,
        yields="\n".join(_yield_lines(found)), rule=_RULE + (_PRINTED if printed else _RAN),
        stages="\n".join(stage_lines(stages)),
    )  # fmt: skip


def size_category(rows: int) -> str:
    """The Hub's word for so many rows."""
    return next((word for most, word in _SIZES if rows < most), "1M<n<10M")


def stage_lines(stages: Sequence[StageCounts]) -> Iterator[str]:
    """A table of what went into each stage, what came out, and why the rest did not."""
    yield "| stage | in | out | left out |"
    yield "| --- | ---: | ---: | --- |"
    for stage in stages:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in stage.rejected.items())
        yield f"| {stage.stage} | {stage.taken:,} | {stage.kept:,} | {reasons or '–'} |"


def _yield_lines(found: Sequence[Yield]) -> Iterator[str]:
    yield "| pass | problems | solved | share | samples |"
    yield "| ---: | ---: | ---: | ---: | --- |"
    for each in found:
        fates = ", ".join(f"{fate} {count:,}" for fate, count in each.fates.most_common())
        yield f"| {each.number} | {each.taken:,} | {each.kept:,} | {each.share:.1%} | {fates} |"


def _front(rows: int) -> str:
    content: dict[str, object] = {
        "task_categories": ["text-generation"],
        "language": ["en"],
        "tags": ["math", "aimo", "tool-integrated-reasoning"],
        "size_categories": [size_category(rows)],
        "configs": [
            {"config_name": "default",
             "data_files": [{"split": "train", "path": f"{DATA}/train-*.parquet"}]}
        ],
    }  # fmt: skip
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
