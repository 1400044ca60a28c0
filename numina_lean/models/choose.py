"""Which backend a model's name means: `openai:NAME`, `vllm:PATH`, `hf:PATH`, `replay:FILE`.

The libraries that a backend needs are imported when it is opened, and only then.
"""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.models.budget import Budgeted
from numina_lean.models.model import Model, ModelUnavailableError
from numina_lean.models.options import DEFAULTS, ModelOptions
from numina_lean.models.replay import Replay
from numina_lean.models.requests import BATCH_DIALECT, RequestFile

FORMS = "openai:NAME, vllm:PATH, hf:PATH or replay:FILE"


@asynccontextmanager
async def open_model(name: str, options: ModelOptions = DEFAULTS) -> AsyncIterator[Budgeted]:
    """The model at work, its account kept and its budget observed; closed at the end.

    Raises `InputError` where the name means no model, and `ModelUnavailableError` where a package
    is missing, an endpoint is not reachable, or weights cannot be loaded.
    """
    kind, rest = split_name(name)
    model = await _BACKENDS[kind](rest, options)
    try:
        yield Budgeted(model, options.token_budget, options.prices)
    finally:
        await model.close()


def split_name(name: str) -> tuple[str, str]:
    """The backend's kind and what it is to open. Raises `InputError`."""
    kind, colon, rest = name.partition(":")
    if not colon or kind not in _BACKENDS or not rest.strip():
        raise InputError(f"no model {name!r}: a model is named {FORMS}")
    return kind, rest


async def _open_replay(rest: str, options: ModelOptions) -> Model:
    if options.missing is None:
        return Replay(Path(rest))
    missing = RequestFile(options.missing, options.missing_model, BATCH_DIALECT)
    return Replay(Path(rest), missing)


async def _open_openai(rest: str, options: ModelOptions) -> Model:
    _need("openai", "openai")
    from numina_lean.models.openai import open_endpoint

    return await open_endpoint(rest, options)


async def _open_hf(rest: str, options: ModelOptions) -> Model:
    _need("torch", "hf")
    _need("transformers", "hf")
    from numina_lean.models.hf import load_transformers

    return await load_transformers(rest, options)


async def _open_vllm(rest: str, options: ModelOptions) -> Model:
    _need("vllm", "vllm")
    from numina_lean.models.vllm import start_engine

    return await start_engine(rest, options)


def _need(package: str, extra: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ModelUnavailableError(
            f"{extra}: models need the package {package} ({error}). "
            f"Install it with: pip install 'numina-lean[{extra}]'"
        ) from error


_BACKENDS: dict[str, Callable[[str, ModelOptions], Awaitable[Model]]] = {
    "openai": _open_openai,
    "vllm": _open_vllm,
    "hf": _open_hf,
    "replay": _open_replay,
}
