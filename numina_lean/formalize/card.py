"""The README of a corpus folder: a dataset card whose front matter lets `datasets` open it."""

from numina_lean.formalize.funnel import Funnel

_CARD = """\
---
configs:
{configs}
tags:
- lean4
- autoformalization
- mathematics
---

# A corpus of Lean 4 statements

Written by `numina-lean formalize` {version}. {statements} statements, of which {proofs} have a
proof; each was elaborated by Lean, and each proof checked by it down to the axioms it rests on.

```python
from datasets import load_dataset

corpus = load_dataset(".", "corpus", split="train")       # NuminaMath-LEAN columns + provenance
{rejected_example}```

- `data/`: the corpus. `formal_proof` is null where no tactic of the portfolio found a proof: that
  says nothing about the statement's truth. `provenance` says which Lean, which header, which
  translator and which tactic a row is from, and hashes of what they were given.
  Statements of the profile `core` import `NuminaLean.Prelude`, which comes with `numina-lean`.
- `rejected/`: every problem and every candidate that was lost, with its stage and reason.
- `summary.json`: the counts.
- `.state/`: what a later run of the same command needs to go on.
"""

_CORPUS_CONFIG = """\
- config_name: corpus
  default: true
  data_files:
  - split: train
    path: data/*.parquet"""

_REJECTED_CONFIG = """\
- config_name: rejected
  data_files:
  - split: train
    path: rejected/*.parquet"""

_REJECTED_EXAMPLE = (
    'losses = load_dataset(".", "rejected", split="train")  # what was lost, and why\n'
)


def card(funnel: Funnel, version: str) -> str:
    """The card for a folder with these counts. A table without a file is left out of it."""
    has_losses = funnel.losses > 0
    configs = [_CORPUS_CONFIG] * bool(funnel.statements) + [_REJECTED_CONFIG] * has_losses
    return _CARD.format(
        configs="\n".join(configs) or "[]",
        version=version,
        statements=funnel.statements,
        proofs=funnel.proofs,
        rejected_example=_REJECTED_EXAMPLE * has_losses,
    )
