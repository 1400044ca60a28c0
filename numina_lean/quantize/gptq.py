"""GPTQ by GPTQModel: 8 bits, groups of 128, columns in the order of their activations.

Frantar et al. 2023, arXiv 2210.17323. Needs the extra `quantize`. Runs on a GPU where there is one,
else on the CPU, which takes hours for a model of 7B.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError, first_line

HOW_TO_GET = "pip install 'numina-lean[quantize]'"
READ_BY_VLLM = ("bits", "group_size", "desc_act", "sym", "lm_head", "checkpoint_format")
"""What vLLM's GPTQ reads of `quantization_config`, beside `quant_method`."""
_SCRATCH = "offload_to_disk_path"
"""A folder of the machine that quantised, which GPTQModel leaves in the configuration."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The published ones. `group`: inputs that share a scale. `damp`: of the Hessian's diagonal."""

    bits: int = 8
    group: int = 128
    desc_act: bool = True
    damp: float = 0.05


def require_gptqmodel() -> None:
    """Raises `InputError` where the library is missing."""
    missing = [name for name in ("gptqmodel", "optimum") if find_spec(name) is None]
    if missing:
        raise InputError(f"quantize needs {' and '.join(missing)}: {HOW_TO_GET}")


def quantize(
    model: str, samples: list[list[int]], output: Path, settings: Settings, *, batch: int = 4
) -> dict[str, Any]:
    """Write the quantised model and its tokenizer to `output`; the configuration that vLLM and
    transformers read. Raises `InputError` where the model cannot be loaded.
    """
    _prepare()
    from gptqmodel import GPTQModel, QuantizeConfig

    config = QuantizeConfig(
        bits=settings.bits,
        group_size=settings.group,
        desc_act=settings.desc_act,
        sym=True,
        damp_percent=settings.damp,
    )
    try:
        loaded = GPTQModel.load(model, config)
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(f"{model}: cannot be loaded by GPTQModel: {first_line(error)}") from error
    rows = [{"input_ids": ids, "attention_mask": [1] * len(ids)} for ids in samples]
    folder = output.absolute()
    # It writes its logs where it is.
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        loaded.quantize(rows, batch_size=batch)
        loaded.save(str(folder))
    return _cleaned(folder)


def _prepare() -> None:
    """GPTQModel wants two threads where it would take one itself, and compiles on the CPU what is
    run there a few times.
    """
    import torch

    if (os.cpu_count() or 1) < 3:
        os.environ.setdefault("GPTQMODEL_CPU_WORKERS", "2")
    if not torch.cuda.is_available():
        import torch._dynamo

        torch._dynamo.config.disable = True


def _cleaned(folder: Path) -> dict[str, Any]:
    """Take this machine's folders out of what is published; what is said of the quantisation."""
    told: dict[str, Any] = {}
    for name in ("config.json", "quantize_config.json"):
        path = folder / name
        config = json.loads(path.read_text(encoding="utf-8"))
        told = config.get("quantization_config", config)
        told.get("meta", {}).pop(_SCRATCH, None)
        write_text_atomically(path, json.dumps(config, indent=2) + "\n")
    return told
