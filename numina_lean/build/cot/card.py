"""The dataset card of a CoT build: front matter that `datasets` opens it by, counts, recipe."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from numina_lean import __version__
from numina_lean.build.cot.dataset import DATA, DETAILS, Written
from numina_lean.build.cot.sources import SOURCES
from numina_lean.build.manifest import StageCounts
from numina_lean.corpus.files import write_text_atomically

CARD = "README.md"
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_CHECKS = ("matched", "unchecked", "proof")
_TEXT = """\
---
{front}---

# {name}

{rows} problems of competition mathematics with solutions as chains of thought, in the columns of
[NuminaMath-CoT](https://huggingface.co/datasets/AI-MO/NuminaMath-CoT), built by
[numina-lean](https://github.com/project-numina/numina-lean) {version} (`numina-lean build cot`).

```python
from datasets import load_dataset

rows = load_dataset("{path}")             # source, problem, solution, messages
known = load_dataset("{path}", "details") # the same rows: id, reference answer, stages, origin
```

## Rows

{counts}

`published` is what NuminaMath-CoT has of the source (of the sources that are new there,
NuminaMath-1.5). `matched`: the box was compared with the reference answer and is equal to it;
`unchecked`: there is no reference; `proof`: the problem asks for a proof, and ends in ■.

## Recipe

{recipe}

{stages}

What was left out, and why, is in `rejected.jsonl`; what a person can settle, in `review.jsonl`;
versions, settings and the hashes of all inputs, in `manifest.json`.
"""
_RECIPE = """\
1. Rows are read from the form that their source has. Of an AMC or AIME page of the wiki, the first
   solution with a box is taken; of a forum thread, of the replies with a box or ■ the one with the
   most LaTeX symbols; in Orca-Math the answer is found by regular expressions.
2. `vary`: rows of synthetic sources are made from a seed, at temperature 0.8, in one stage.
3. `translate`: what is not English is translated. 4. `solve`: a missing solution is written, and
   kept only where it matches the reference. 5. `realign`: free solutions become chains of thought.
6. `box`: the final answer in `\\boxed{}`, or ■ after a proof. 7. `check`: every row is compared
   with its reference once more."""
_WITH = "Model: `{model}`; a row is asked for at most {tries} times. Realigned: {realign}."
_WITHOUT = "No model was used: what needs one was left out, and no solution was realigned."


def write_card(
    folder: Path, written: Written, stages: Sequence[StageCounts], settings: dict[str, str],
    license: str,
) -> Path:  # fmt: skip
    """Write `README.md` in `folder`, and return its path."""
    total = sum(written.rows.values())
    model = _WITHOUT if settings["model"] == "none" else _WITH.format(**settings)
    text = _TEXT.format(
        front=_front(written, license, folder.name), name=folder.name, rows=f"{total:,}",
        version=__version__, path=folder.name, counts="\n".join(_count_lines(written)),
        recipe=f"{_RECIPE}\n\n{model}", stages="\n".join(_stage_lines(stages)),
    )  # fmt: skip
    path = folder / CARD
    write_text_atomically(path, text)
    return path


def _front(written: Written, license: str, name: str) -> str:
    total = sum(written.rows.values())
    size = next((word for most, word in _SIZES if total < most), "1M<n<10M")
    splits = list(written.rows) or ["train"]
    content: dict[str, object] = {
        "license": license,
        "task_categories": ["text-generation"],
        "language": ["en"],
        "tags": ["math", "aimo"],
        "pretty_name": name,
        "size_categories": [size],
        "configs": [
            {
                "config_name": "default",
                "default": True,
                "data_files": [
                    {"split": split, "path": f"{DATA}/{split}-*.parquet"} for split in splits
                ],
            },
            {
                "config_name": "details",
                "data_files": [
                    {"split": split, "path": f"{DETAILS}/{split}.parquet"} for split in splits
                ],
            },
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _count_lines(written: Written) -> Iterator[str]:
    yield f"| source | rows | published | {' | '.join(_CHECKS)} |"
    yield f"| --- | ---: | ---: |{' ---: |' * len(_CHECKS)}"
    totals = [0] * (2 + len(_CHECKS))
    for source in SOURCES.values():
        checks = [written.counts[source.name, check] for check in _CHECKS]
        numbers = [sum(checks), source.published, *checks]
        if source.release == "cot" or numbers[0]:
            totals = [total + number for total, number in zip(totals, numbers, strict=True)]
            yield _line(source.name, numbers)
    yield _line("all", totals)


def _line(name: str, numbers: Sequence[int]) -> str:
    return f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _stage_lines(stages: Sequence[StageCounts]) -> Iterator[str]:
    yield "| stage | in | out | left out |"
    yield "| --- | ---: | ---: | --- |"
    for stage in stages:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in stage.rejected.items())
        yield f"| {stage.stage} | {stage.taken:,} | {stage.kept:,} | {reasons or '–'} |"
