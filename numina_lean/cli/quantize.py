"""`numina-lean quantize`: a model in 8 bits, what it costs, and where it fits."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.quantize.calibration import choose, token_ids
from numina_lean.quantize.compare import Fidelity, behave, compare
from numina_lean.quantize.gptq import READ_BY_VLLM, Settings, require_gptqmodel
from numina_lean.quantize.gptq import quantize as quantize_model
from numina_lean.quantize.plan import Load, Plan, plan
from numina_lean.quantize.shape import load_decoder, require_groups

REPORT = "quantize.json"
_GIB = 2**30


def quantize(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A folder, or a name on the Hub.")],
    calibration: Annotated[
        Path, typer.Option(metavar="DIR", help="TIR data: messages, or problem and solution.")
    ],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the quantised model goes.")],
    samples: Annotated[int, typer.Option(metavar="N", min=1, help="To calibrate with.")] = 256,
    held_out: Annotated[
        int, typer.Option(metavar="N", min=1, help="Others, to compare both models on.")
    ] = 32,
    prompts: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of these, how many both models answer.")
    ] = 8,
    max_tokens: Annotated[int, typer.Option(metavar="N", min=1, help="Of such an answer.")] = 512,
    longest: Annotated[int, typer.Option(metavar="N", min=16, help="Tokens of a sample.")] = 2048,
    group_size: Annotated[int, typer.Option(metavar="N", min=1, help="Inputs to a scale.")] = 128,
    seed: Annotated[int, typer.Option(help="Of which rows are taken.")] = 42,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Say where the model fits, and stop.")
    ] = False,
) -> None:
    """Quantise a model to 8 bits by GPTQ, and say what it costs.

    Groups of 128, desc_act: for GPUs without bfloat16.

    Says where it fits on two T4s, quantises, and compares both models on rows that were not
    calibrated with: perplexity, likeliest next token, answers. The output loads in vLLM
    (--dtype float16) and transformers. Needs the extra quantize; a GPU for more than a small model.

    \b
    Exit codes:
      0  done
      2  bad usage, data or model, or the library is missing

    \b
    Examples:
      numina-lean quantize out/tir/model --calibration data/tir --output out/tir-gptq
      numina-lean quantize out/tir/model --calibration data/tir --output out/tir-gptq --plan-only
    """
    decoder = load_decoder(model)
    for line in plan_lines(plan(decoder, Load(), group_size), Load()):
        typer.echo(line)
    if plan_only:
        return
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"--output {output}: exists already. Name a folder that does not")
    require_groups(decoder, model, group_size)
    require_gptqmodel()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    if tokenizer.chat_template is None:
        raise InputError(f"{model}: its tokenizer has no chat template to spell samples with")
    chosen = choose(calibration, samples, held_out, seed)
    used, others = (token_ids(part, tokenizer, longest)
                    for part in (chosen.calibration, chosen.held_out))  # fmt: skip
    asked = [sample.problem for sample in chosen.held_out[:prompts]]
    before = behave(model, others, asked, max_tokens)
    settings = Settings(group=group_size)
    config = quantize_model(model, used, output, settings)
    fidelity = None
    if others:
        fidelity = compare(before, behave(str(output), others, asked, max_tokens), others)
    report = {
        "settings": asdict(settings),
        "samples": len(used),
        "tokens": sum(map(len, used)),
        "read_by_vllm": {name: config.get(name) for name in ("quant_method", *READ_BY_VLLM)},
        "plan": asdict(plan(decoder, Load(), group_size)),
        "fidelity": None if fidelity is None else asdict(fidelity),
        "versions": {name: version(name) for name in ("numina-lean", "gptqmodel", "transformers")},
    }
    write_text_atomically(output / REPORT, json.dumps(report, indent=2) + "\n")
    for line in (*_outcome_lines(len(used), fidelity), f"{output}: quantised; see {REPORT}"):
        typer.echo(line)


def plan_lines(planned: Plan, load: Load) -> Iterator[str]:
    yield (f"weights  {_size(planned.weights)} in 8 bits, {_size(planned.half_weights)} in float16")
    yield (
        f"cache    {_size(planned.cache)} for {load.width} x {load.tokens} tokens, "
        f"{_size(planned.sequence)} each; activations {_size(planned.activations)}"
    )
    waiting = "" if planned.fits == load.width else "; the others wait their turn"
    yield (
        f"fits     {planned.fits} of {load.width} sequences at once in {_size(planned.room)} of "
        f"{load.devices} T4s{waiting}"
    )


def _outcome_lines(used: int, fidelity: Fidelity | None) -> Iterator[str]:
    yield f"calibrated with {used} samples"
    if fidelity is None:
        yield "no rows left to compare with: pass fewer --samples"
        return
    yield (
        f"perplexity {fidelity.perplexity_before:.4f} before, {fidelity.perplexity_after:.4f} "
        f"after, on {fidelity.tokens:,} tokens; likeliest token the same for "
        f"{fidelity.same_token:.2%}, drift {fidelity.drift:.2e} nats"
    )
    if fidelity.same_text is not None:
        answers = (
            "none states an answer" if fidelity.same_answer is None
            else f"same answer to {fidelity.same_answer:.0%} of {fidelity.answered}"
        )  # fmt: skip
        yield f"same words in {fidelity.same_text:.0%} of {fidelity.prompts} texts; {answers}"


def _size(size: int) -> str:
    return f"{size / _GIB:.2f} GiB" if size >= _GIB // 10 else f"{size / 2**20:.1f} MiB"
