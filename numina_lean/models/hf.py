"""`hf:PATH`: a causal language model of transformers, on a CPU or GPUs, in this process.

Requests that wait are generated side by side, in batches of at most `batch` rows; a batch ends when
its longest row does, and then the next one starts. Meant for small models, tests and machines
without vLLM: it has no continuous batching, shares no prefixes, and does not enforce schemas.

Sample i depends on its prompt, its sampling and its seed. What else is in its batch changes its
logits by rounding only, which moves a token when its random number falls on the very edge between
two: hardly ever in float32, now and then in bfloat16.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
)

from numina_lean.errors import first_line
from numina_lean.models.batches import Batches
from numina_lean.models.chat_template import prompt_tokens, require_room, require_template
from numina_lean.models.generate import generate
from numina_lean.models.model import (
    Completion,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
)
from numina_lean.models.options import ModelOptions
from numina_lean.models.row import Row, Vocabulary


async def load_transformers(path: str, options: ModelOptions) -> "TransformersModel":
    """The model in that folder, or of that name on the Hub. Raises `ModelUnavailableError`."""
    return await asyncio.to_thread(TransformersModel, path, options)


class TransformersModel:
    """A loaded model, its tokenizer, and the thread that generates."""

    def __init__(self, path: str, options: ModelOptions) -> None:
        self.name = f"hf:{path}"
        self._model, self._tokenizer = _load(self.name, path, options)
        ends = _ends(self._model, self._tokenizer)
        self._vocabulary = Vocabulary(
            partial(self._tokenizer.decode, skip_special_tokens=True), frozenset(ends)
        )
        self._context = options.max_model_len or _context(self._model)
        # What its authors advise must not act behind the caller's sampling.
        self._model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            eos_token_id=ends or None
        )
        pad = self._tokenizer.pad_token_id
        pad = next(iter(ends), 0) if pad is None else pad
        self._batches = Batches(partial(generate, self._model, pad=pad), options.batch)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        start = time.perf_counter()
        numbers = range(first, first + samples)
        tokens = await self._tokens(prompt)
        rows = [self._row(tokens, sampling, number) for number in numbers]
        try:
            await asyncio.gather(*self._batches.submit(rows))
        finally:
            for row in rows:
                row.cancelled = True
        completions = [row.completion() for row in rows]
        return Reply.of(completions, time.perf_counter() - start)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """As the contract says."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        row = self._row(
            await self._tokens(prompt),
            sampling,
            sample,
            on_piece=lambda piece: _put(loop, pieces, piece),
        )
        (done,) = self._batches.submit([row])
        done.add_done_callback(lambda _: pieces.put_nowait(None))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            await done
            yield row.completion()
        finally:
            row.cancelled = True

    async def close(self) -> None:
        await self._batches.close()

    async def _tokens(self, prompt: Prompt) -> list[int]:
        """The prompt's tokens, made in a thread: long prompts would hold the loop up."""
        tokens = await asyncio.to_thread(prompt_tokens, self._tokenizer, prompt)
        require_room(self.name, len(tokens), self._context)
        return tokens

    def _row(
        self,
        tokens: list[int],
        sampling: Sampling,
        sample: int,
        on_piece: Callable[[str], None] | None = None,
    ) -> Row:
        limit = min(sampling.max_tokens, self._context - len(tokens))
        return Row(tokens, sampling, sample, limit, self._vocabulary, on_piece)


def _load(name: str, path: str, options: ModelOptions) -> tuple[PreTrainedModel, Any]:
    trust = options.trust_remote_code
    device = options.device or ("auto" if torch.cuda.is_available() else "cpu")
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=trust)
        model = AutoModelForCausalLM.from_pretrained(
            path,
            dtype=options.dtype,
            trust_remote_code=trust,
            device_map="auto" if device == "auto" else None,
        )
        if device != "auto":
            model.to(torch.device(device))  # type: ignore[arg-type]
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise ModelUnavailableError(f"{name} cannot be loaded: {first_line(error)}") from error
    require_template(tokenizer, name)
    model.eval()  # type: ignore[no-untyped-call]
    return model, tokenizer


def _ends(model: PreTrainedModel, tokenizer: Any) -> list[int]:
    """The tokens that end an answer, as the model and the tokenizer say."""
    of_model = model.generation_config.eos_token_id if model.generation_config else None
    ends = of_model if isinstance(of_model, list) else [of_model]
    return sorted({end for end in [*ends, tokenizer.eos_token_id] if end is not None})


def _context(model: PreTrainedModel) -> int:
    """How many tokens the model takes, as its configuration says; without bound if it does not."""
    config = model.config.get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or 2**31)


def _put(loop: asyncio.AbstractEventLoop, pieces: "asyncio.Queue[str | None]", piece: str) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(pieces.put_nowait, piece)
