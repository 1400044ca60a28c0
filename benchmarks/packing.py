"""How full the blocks of training are, by the way examples are packed.

    python benchmarks/packing.py data/informal.jsonl [--model FOLDER] [--block 2048] [--block 1024]

Rows have `problem` and `solution`. Without `--model`, tokens are counted by a byte-level BPE that
is trained on the rows themselves. Compared, in one run: best-fit decreasing as the package has it,
the same as TRL does it by itself (1,000 examples at a time), wrapping as they come, and no packing
(examples padded to the longest of their batch of 4, sorted by nothing). `useful`: tokens of
examples among all that the model is made to read. `cut`: examples that a block's end cuts in two,
or shortens.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import datasets
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from numina_lean.train.examples import Columns, Example, data_files, read_examples
from numina_lean.train.packing import pack
from numina_lean.train.template import spell

BATCH = 4


def texts(path: Path) -> list[str]:
    rows = [row for file in data_files(path) for row in read_examples(file, Columns())]
    return [spell(row.turns) for row in rows if isinstance(row, Example)]


def lengths(examples: Sequence[str], model: Path | None) -> list[int]:
    """Tokens of each example with the one that ends it."""
    if model is not None:
        tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.train_from_iterator(
            examples, trainers.BpeTrainer(vocab_size=8000, show_progress=False)
        )
    encoded = tokenizer.encode_batch(list(examples), add_special_tokens=False)
    return [len(one.ids) + 1 for one in encoded]


def report(found: list[int], block: int) -> None:
    print(f"\nblock {block}: {len(found):,} examples, {sum(found):,} tokens, "
          f"median {sorted(found)[len(found) // 2]}, longest {max(found)}")  # fmt: skip
    dataset = datasets.Dataset.from_dict({"input_ids": [[0] * size for size in found]})
    over = sum(size > block for size in found)
    whole, fill = pack(dataset, block, "bfd")
    print(f"  bfd, ours          {fill.useful:7.2%} useful, {len(whole):6,} blocks, {over:5,} cut")
    import trl

    alone = trl.pack_dataset(dataset, block, "bfd")
    kept = sum(min(size, block) for size in found)
    useful = kept / (len(alone) * block)
    print(f"  bfd, TRL by itself {useful:7.2%} useful, {len(alone):6,} blocks, {over:5,} cut")
    ends, position = 0, 0
    for size in found:
        ends += position // block != (position + size - 1) // block
        position += size
    blocks = -(-position // block)
    print(f"  wrapped            {position / (blocks * block):7.2%} useful, {blocks:6,} blocks, "
          f"{ends:5,} cut")  # fmt: skip
    padded = 0
    for at in range(0, len(found), BATCH):
        batch = [min(size, block) for size in found[at : at + BATCH]]
        padded += len(batch) * max(batch)
    print(
        f"  none, padded       {kept / padded:7.2%} useful, {len(found):6,} rows,   {over:5,} cut"
    )
    print(f"  ratio: bfd reads {padded / (len(whole) * block):.2f} times less than none; "
          f"sequences of {block}: {len(found) / len(whole):.2f} times fewer")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--block", type=int, action="append")
    options = parser.parse_args()
    datasets.disable_progress_bars()
    found = lengths(texts(options.data), options.model)
    random.Random(42).shuffle(found)
    for block in options.block or (2048, 1024):
        report(found, block)


if __name__ == "__main__":
    main()
