"""Options that say how a language model is reached, for the commands that use one."""

from pathlib import Path
from typing import Annotated

import typer

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
    )
