"""What the tests of training share: data of our own, and a model that learns it in seconds."""

import json
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

END = "<|end_of_text|>"
_PIECES = r"\s|\w+|[^\s\w]+"
"""Words, signs and single blanks: the blank that ends a prompt is a token in training, too."""


def cot_rows(count: int = 24) -> list[dict[str, object]]:
    """Sums, worked out in words, in the columns of NuminaMath-CoT."""
    rows: list[dict[str, object]] = []
    for number in range(count):
        a, b = 3 + number, 5 + 2 * (number % 7)
        problem = f"What is the sum of {a} and {b}?"
        solution = (
            f"We add {a} and {b}: ${a} + {b} = {a + b}$. So the answer is $\\boxed{{{a + b}}}$."
        )
        rows.append(
            {
                "source": "own",
                "problem": problem,
                "solution": solution,
                "messages": [
                    {"role": "user", "content": problem},
                    {"role": "assistant", "content": solution},
                ],
            }
        )
    return rows


def tir_rows(count: int = 3) -> list[dict[str, object]]:
    """Products, worked out by a program, in the columns of NuminaMath-TIR."""
    rows: list[dict[str, object]] = []
    for number in range(count):
        a, b = 12 + number, 34 + number
        problem = f"What is the product of {a} and {b}?"
        solution = (
            f"We multiply.\n```python\nprint({a} * {b})\n```\n```output\n{a * b}\n```\n"
            f"The answer is $\\boxed{{{a * b}}}$."
        )
        rows.append(
            {
                "problem": problem,
                "solution": solution,
                "messages": [
                    {"role": "user", "content": problem},
                    {"role": "assistant", "content": solution},
                ],
            }
        )
    return rows


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def save_tiny_base(folder: Path, *, context: int = 512, hidden: int = 64) -> Path:
    """A Llama of two layers with random weights, and a tokenizer made from the rows above."""
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(6)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=[END, "<|pad|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    lines = [f"### Problem: {row['problem']}\n### Solution: {row['solution']}\n"
             for row in [*cot_rows(200), *tir_rows(20)]]  # fmt: skip
    tokenizer.train_from_iterator(lines, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call,no-any-return]
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token="<|pad|>",
        clean_up_tokenization_spaces=False,
    )
