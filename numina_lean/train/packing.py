"""Several examples in one sequence, and how full the sequences are.

Best-fit decreasing, as TRL has it: the longest example first, each into the fullest block that
still has room. TRL packs whatever rows its `map` hands it at a time, 1,000 unless told otherwise,
and leaves some blocks half empty at the end of each; here it gets `ROWS`.

Examples of a block do not see each other: TRL's collator lays the blocks of a micro-batch end to
end and starts the position ids anew at each example. FlashAttention reads the bounds from there;
with sdpa or eager, transformers makes a block-diagonal mask from them, which is as exact and costs
time and memory in the square of the micro-batch's tokens. `wrapped` is without all that: its
examples see what stands before them in their block.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numina_lean.train.recipe import Packing

if TYPE_CHECKING:
    from datasets import Dataset

ROWS = 100_000
"""Examples that are packed together."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What became of the tokens: `kept` lie in `blocks` of `size`, `lost` were cut off."""

    blocks: int
    size: int
    kept: int
    lost: int

    @property
    def useful(self) -> float:
        """The share of the blocks' room that has tokens."""
        return self.kept / (self.blocks * self.size) if self.blocks else 0.0


def pack(dataset: "Dataset", size: int, packing: Packing) -> tuple["Dataset", Fill]:
    """The rows (`input_ids`, `labels`) as rows of at most `size` tokens, and how full they are.

    With `bfd` and `bfd_split` they have a column `seq_lengths` too, which the collator needs.
    """
    from trl import pack_dataset

    before = _tokens(dataset)
    options = {"batch_size": ROWS}
    if packing == "none":
        packed = dataset.with_format("arrow").map(
            _cut, batched=True, fn_kwargs={"size": size}, **options
        )
        packed = packed.with_format(None)
    else:
        packed = pack_dataset(dataset, size, packing, options)
    kept = _tokens(packed)
    return packed, Fill(len(packed), size, kept, before - kept)


def _cut(table: object, size: int) -> object:
    import pyarrow as pa
    import pyarrow.compute as pc

    assert isinstance(table, pa.Table)
    columns = [pc.list_slice(column, 0, size) for column in table.columns]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _tokens(dataset: "Dataset") -> int:
    import pyarrow.compute as pc

    lengths = pc.list_value_length(dataset.data.column("input_ids"))
    return int(pc.sum(lengths).as_py() or 0)
