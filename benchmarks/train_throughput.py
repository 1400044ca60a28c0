"""Tokens a second and MFU of fine-tuning a random model of a given shape, with packing and without.

    python benchmarks/train_throughput.py --shape 7b          # needs a GPU
    python benchmarks/train_throughput.py --shape tiny --cpu  # shows that it works, no more

One process, on lengths as MATH's and GSM8K's solutions have (log-normal, median 230 tokens). Both
runs do the same number of steps with the same micro-batch in one go; `useful` tokens are those of
examples, padding left out. MFU is useful floating-point operations a second over the card's peak:

    flops a token = 6 x parameters (embeddings left out) + 6 x layers x hidden x length

as in PaLM's appendix B (Chowdhery et al. 2022), halved where attention is causal; `length` is that
of the token's own example. What checkpointing computes again is not counted as useful. Weights and
Adam's states are in bfloat16 on a GPU, so that 7b fits a card alone: this measures speed, and
trains nothing worth keeping.
"""

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass

import datasets
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from transformers.trainer_callback import PrinterCallback

from numina_lean.train.hardware import choose, find_hardware
from numina_lean.train.packing import pack
from numina_lean.train.recipe import Packing, SftRecipe, load_recipe

PEAK = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "4090": 165e12}
"""Dense bfloat16 operations a second, from NVIDIA's data sheets, by a part of the card's name."""

SHAPES = {
    "tiny": (64, 128, 2, 4, 512),
    "1b": (2048, 5504, 22, 16, 32000),
    "7b": (4096, 11008, 30, 32, 102400),
}
"""Hidden, intermediate, layers, heads, vocabulary; 7b is the shape of deepseek-math-7b-base."""


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float
    useful: int
    read: int
    flops: float


class Clock(TrainerCallback):
    """Times the steps after the first `warm`."""

    def __init__(self, warm: int) -> None:
        self.warm, self.start, self.seconds = warm, 0.0, 0.0

    def on_step_end(self, args: object, state: object, control: object, **_: object) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if state.global_step == self.warm:
            self.start = time.perf_counter()
        self.seconds = time.perf_counter() - self.start


def lengths(count: int, block: int) -> list[int]:
    draw = random.Random(42)
    return [max(16, min(block, round(draw.lognormvariate(5.44, 0.6)))) for _ in range(count)]


def measure(recipe: SftRecipe, packing: Packing, shape: str, steps: int, warm: int) -> Measured:
    from trl import SFTConfig, SFTTrainer

    hardware = find_hardware()
    choice = choose(recipe, hardware)
    hidden, intermediate, layers, heads, vocabulary = SHAPES[shape]
    config = LlamaConfig(
        hidden_size=hidden, intermediate_size=intermediate, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=heads, vocab_size=vocabulary,
        max_position_embeddings=recipe.block_size, eos_token_id=0,
    )  # fmt: skip
    torch.manual_seed(recipe.seed)
    dtype = torch.bfloat16 if choice.precision == "bf16" else torch.float32
    model = LlamaForCausalLM._from_config(
        config, attn_implementation=choice.attention, dtype=dtype
    ).to("cuda" if hardware.gpus else "cpu")
    sizes = lengths((steps + 1) * recipe.per_device_batch * 24, recipe.block_size)
    ids = [[1 + (at * 7919 + size) % 500 for at in range(size)] for size in sizes]
    rows = datasets.Dataset.from_dict({"input_ids": ids, "labels": ids})
    packed, _ = pack(rows, recipe.block_size, packing)
    clock = Clock(warm)
    seen: list[tuple[int, int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(
            output_dir=folder, per_device_train_batch_size=recipe.per_device_batch,
            max_steps=steps, packing=packing != "none", max_length=recipe.block_size,
            dataset_kwargs={"skip_prepare_dataset": True}, bf16=choice.precision == "bf16",
            use_cpu=not hardware.gpus, activation_checkpointing=recipe.gradient_checkpointing,
            activation_checkpointing_kwargs={"use_reentrant": False}, report_to="none",
            save_strategy="no", logging_strategy="no", disable_tqdm=True, seed=recipe.seed,
            dataloader_pin_memory=bool(hardware.gpus),
        )  # fmt: skip
        trainer = SFTTrainer(
            model=model, args=arguments, train_dataset=packed,
            processing_class=_tokenizer(), callbacks=[clock],
        )  # fmt: skip
        trainer.remove_callback(PrinterCallback)
        collate = trainer.data_collator

        def counting(batch: list[dict[str, list[int]]]) -> object:
            spans = [
                size for row in batch for size in row.get("seq_lengths", [len(row["input_ids"])])
            ]
            made = collate(batch)
            seen.append((sum(spans), sum(size * size for size in spans), made["input_ids"].numel()))
            return made

        trainer.data_collator = counting
        trainer.train()
    body = sum(one.numel() for one in model.parameters()) - model.model.embed_tokens.weight.numel()
    counted = seen[warm:steps]
    useful = sum(tokens for tokens, _, _ in counted)
    attention = 6 * layers * hidden
    flops = 6.0 * body * useful + attention * sum(squares for _, squares, _ in counted)
    return Measured(clock.seconds, useful, sum(read for _, _, read in counted), flops)


def _tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, models

    tokenizer = Tokenizer(models.WordLevel({"<end>": 0}, unk_token="<end>"))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=sorted(SHAPES), default="1b")
    parser.add_argument("--block", type=int, default=2048)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warm", type=int, default=5)
    parser.add_argument("--cpu", action="store_true", help="run without a GPU, at a tiny size")
    options = parser.parse_args()
    if not torch.cuda.is_available() and not (options.cpu and options.shape == "tiny"):
        sys.exit("error: needs a CUDA GPU (--shape tiny --cpu shows on any machine that it works)")
    datasets.disable_progress_bars()
    changes = [f"block_size={options.block}", f"per_device_batch={options.batch}"]
    recipe = load_recipe("7b-cot", SftRecipe, changes)
    hardware = find_hardware()
    choice = choose(recipe, hardware)
    peak = next((rate for name, rate in PEAK.items() if name in hardware.name), None)
    work = f"{options.batch} x {options.block} tokens, {options.steps - options.warm} steps"
    print(f"{hardware.name}, {options.shape}, {choice.precision}, {choice.attention}, {work}")
    found: dict[str, Measured] = {}
    for packing in ("none", "bfd"):
        one = found[packing] = measure(recipe, packing, options.shape, options.steps, options.warm)
        mfu = "MFU not known" if peak is None else f"MFU {one.flops / one.seconds / peak:.1%}"
        print(f"  packing {packing:5} {one.useful / one.seconds:10,.0f} useful tokens/s, "
              f"{one.useful / one.read:6.1%} of those read; {mfu}")  # fmt: skip
    rates = [found[name].useful / found[name].seconds for name in ("bfd", "none")]
    print(f"  ratio: {rates[0] / rates[1]:.2f} times the useful tokens a second with packing")


if __name__ == "__main__":
    main()
