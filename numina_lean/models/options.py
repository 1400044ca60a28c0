"""What the user says about a model besides its name. Each backend reads what concerns it."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from numina_lean.errors import InputError

KEY_VARIABLES = ("NUMINA_LEAN_API_KEY", "OPENAI_API_KEY")
URL_VARIABLE = "OPENAI_BASE_URL"


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in the currency of the user's choice.

    `cached`: of the prompt's tokens that the backend had computed before; None where they cost
    what others do.
    """

    prompt: float = 0.0
    completion: float = 0.0
    cached: float | None = None


FREE = Prices()


def _require(name: str, value: float | None, above: int) -> None:
    if value is not None and not (value > above and math.isfinite(value)):
        bound = "more than 0" if above == 0 else "0 or more"
        raise InputError(f"model option {name} is {value}; it must be {bound}")


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How a model is reached, or run. Raises `InputError` where a number makes no sense.

    | option | read by | meaning |
    | --- | --- | --- |
    | `base_url` | openai | the endpoint; `$OPENAI_BASE_URL` where None |
    | `concurrency` | openai | samples in flight at once |
    | `requests_per_minute`, `tokens_per_minute` | openai | what the endpoint's contract allows |
    | `retries` | openai | after the first attempt, with growing random pauses |
    | `timeout` | openai | seconds that an attempt at a whole answer may take; streamed, a piece |
    | `tensor_parallel`, `gpu_memory` | vllm | GPUs a model, share of their memory |
    | `dtype`, `max_model_len`, `trust_remote_code` | hf, vllm | as the libraries call them |
    | `device` | hf | `cpu`, `cuda`, `cuda:1` …; the best there is where None |
    | `batch` | hf | sequences generated side by side |
    | `missing`, `missing_model` | replay | file that takes what is not recorded, as requests of a
    batch, and the model that they name |
    | `token_budget` | all | tokens, prompt and completion, that the run may use |
    | `prices` | all | for the account of what was spent |
    """

    base_url: str | None = None
    concurrency: int = 64
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    retries: int = 6
    timeout: float = 600.0
    tensor_parallel: int = 1
    gpu_memory: float = 0.9
    dtype: str = "auto"
    device: str | None = None
    max_model_len: int | None = None
    trust_remote_code: bool = False
    batch: int = 16
    missing: Path | None = None
    missing_model: str = "model"
    token_budget: int | None = None
    prices: Prices = FREE

    def __post_init__(self) -> None:
        for name in ("concurrency", "tensor_parallel", "batch", "timeout", "gpu_memory"):
            _require(name, getattr(self, name), above=0)
        for name in ("requests_per_minute", "tokens_per_minute", "max_model_len"):
            _require(name, getattr(self, name), above=0)
        for name in ("retries", "token_budget"):
            _require(name, getattr(self, name), above=-1)


DEFAULTS = ModelOptions()


def api_key() -> str | None:
    """The key in the environment, ours before OpenAI's; None where there is none."""
    return next((value for name in KEY_VARIABLES if (value := os.environ.get(name))), None)
