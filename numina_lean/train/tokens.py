"""Examples as token ids and labels: the text of the template, then the end-of-text token.

The text is tokenised in one go, as in the published runs: a word of the solution may share a token
with the blank before it. What looks like a special token in a problem is tokenised as plain text,
so that no data can end a sequence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from numina_lean.errors import InputError, first_line
from numina_lean.train.examples import Example
from numina_lean.train.recipe import Loss
from numina_lean.train.template import CHAT_TEMPLATE, pieces

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""The label of a token that the loss does not see, as torch and TRL have it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An example as the model reads it: token ids, and as many labels."""

    ids: list[int]
    labels: list[int]


def load_tokenizer(model: str) -> "PreTrainedTokenizerBase":
    """The model's tokenizer, with the template of the runs. Raises `InputError`."""
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(model)
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(f"{model}: its tokenizer cannot be loaded: {first_line(error)}") from error
    if not tokenizer.is_fast:
        raise InputError(f"{model}: needs a fast tokenizer (a tokenizer.json in its folder)")
    if tokenizer.eos_token_id is None:
        raise InputError(f"{model}: its tokenizer has no end-of-text token to end solutions with")
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def tokenize(
    tokenizer: "PreTrainedTokenizerBase", examples: Sequence[Example], loss: Loss
) -> list[Tokens]:
    """The examples as tokens, of whatever length.

    With loss `assistant`, a token has a label where a character of a solution is in it, and the
    end-of-text token has one.
    """
    spelt = [pieces(example.turns) for example in examples]
    texts = ["".join(piece.text for piece in parts) for parts in spelt]
    encoded = tokenizer(
        texts,
        add_special_tokens=False,
        split_special_tokens=True,
        return_attention_mask=False,
        return_offsets_mapping=loss == "assistant",
    )
    end: int = tokenizer.eos_token_id
    found = []
    for at, ids in enumerate(encoded["input_ids"]):
        labels = list(ids)
        if loss == "assistant":
            bounds = [0, *accumulate(len(piece.text) for piece in spelt[at])]
            spans = [
                (bounds[number], bounds[number + 1])
                for number, piece in enumerate(spelt[at])
                if piece.answer
            ]
            labels = [
                token if any(start < last and stop > first for first, last in spans) else IGNORED
                for token, (start, stop) in zip(ids, encoded["offset_mapping"][at], strict=True)
            ]
        found.append(Tokens([*ids, end], [*labels, end]))
    return found
