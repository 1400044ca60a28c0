"""Options that say how a language model is reached, for the commands that use one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from numina_lean.errors import InputError
from numina_lean.models.options import ModelOptions, Prices

BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Endpoint of an openai: model (default: $OPENAI_BASE_URL). The key is read from "
        "$NUMINA_LEAN_API_KEY or $OPENAI_API_KEY.",
    ),
]
RequestsOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="Samples in flight at once at the model.")
]
RequestRateOption = Annotated[
    float | None, typer.Option(metavar="N", help="Requests a minute that the endpoint allows.")
]
TokenRateOption = Annotated[
    float | None, typer.Option(metavar="N", help="Tokens a minute that the endpoint allows.")
]
RetriesOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Further tries of a request that failed.")
]
TokenBudgetOption = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Tokens, in and out, that this run may use in all."),
]
PriceInOption = Annotated[
    float, typer.Option(metavar="X", min=0, help="What a million prompt tokens cost.")
]
PriceOutOption = Annotated[
    float, typer.Option(metavar="X", min=0, help="What a million completion tokens cost.")
]
TensorParallelOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="GPUs that a vllm: model is spread over.")
]
BackendOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="How the backend runs: dtype, device, batch, max_model_len, gpu_memory, "
        "trust_remote_code of hf: and vllm:, timeout of openai:. May be given several times.",
    ),
]
RecordOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where completions are recorded, for replay:FILE (default: completions.jsonl in the "
        "output folder; a replay: model is not recorded).",
        show_default=False,
    ),
]

MissingOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where a replay: model writes the requests that it has no answer to, as a batch for "
        "OpenAI or vllm run-batch. The file of answers is what replay: reads in the next run.",
    ),
]
MissingModelOption = Annotated[
    str, typer.Option(metavar="NAME", help="The model that those requests name.")
]

_BACKEND: dict[str, Callable[[str], Any]] = {
    "dtype": str,
    "device": str,
    "batch": int,
    "max_model_len": int,
    "gpu_memory": float,
    "timeout": float,
    "trust_remote_code": lambda text: {"true": True, "false": False}[text.lower()],
}


def model_options(
    *,
    base_url: str | None,
    requests: int,
    requests_per_minute: float | None,
    tokens_per_minute: float | None,
    retries: int,
    token_budget: int | None,
    price_in: float,
    price_out: float,
    tensor_parallel: int,
    missing: Path | None = None,
    missing_model: str = "model",
    backend: Sequence[str] | None = None,
) -> ModelOptions:
    """The options as the backends read them. Raises `InputError`."""
    return ModelOptions(
        base_url=base_url,
        concurrency=requests,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        retries=retries,
        token_budget=token_budget,
        prices=Prices(price_in, price_out),
        tensor_parallel=tensor_parallel,
        missing=missing,
        missing_model=missing_model,
        **_backend(backend or ()),
    )


def _backend(given: Sequence[str]) -> dict[str, Any]:
    """The fields that `--model-option` names. Raises `InputError`."""
    found: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        read = _BACKEND.get(name.strip().replace("-", "_"))
        if read is None or not equals:
            raise InputError(
                f"--model-option {each}: pass NAME=VALUE with a name of {', '.join(_BACKEND)}"
            )
        try:
            found[name.strip().replace("-", "_")] = read(value.strip())
        except (ValueError, KeyError) as error:
            raise InputError(f"--model-option {each}: {value!r} is no value for {name}") from error
    return found
