"""`vllm:PATH`: a model in this process, on GPUs, with vLLM's engine.

The engine batches what is in flight, as it comes and goes. Each sample is a request of its own with
its own seed; prefix caching reads a prompt once however many samples are asked of it. Schemas are
enforced (structured outputs). What vLLM's batches do to rounding, and so to a sample, is vLLM's.

The calls are checked by mypy against `stubs/vllm`, and the stubs against the installed vLLM by a
test.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from itertools import count
from typing import cast

from vllm import AsyncEngineArgs, SamplingParams
from vllm.inputs import TokensPrompt
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from numina_lean.errors import first_line
from numina_lean.models.chat_template import (
    Tokenizer,
    prompt_tokens,
    require_room,
    require_template,
)
from numina_lean.models.model import (
    Completion,
    Finish,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.models.options import ModelOptions
from numina_lean.models.stops import StopCutter
from numina_lean.models.together import all_of

_SEEDS = 2**63


async def start_engine(path: str, options: ModelOptions) -> "EngineModel":
    """The model in that folder, or of that name on the Hub, loaded onto the GPUs.

    Raises `ModelUnavailableError`.
    """
    name = f"vllm:{path}"
    arguments = AsyncEngineArgs(
        model=path,
        dtype=options.dtype,
        max_model_len=options.max_model_len,
        tensor_parallel_size=options.tensor_parallel,
        gpu_memory_utilization=options.gpu_memory,
        enable_prefix_caching=True,
        trust_remote_code=options.trust_remote_code,
        disable_log_stats=True,
    )
    try:
        engine = AsyncLLM.from_engine_args(arguments)
    except Exception as error:  # no GPU, no memory, no such folder: vLLM has a type for each
        raise ModelUnavailableError(f"{name} cannot be started: {first_line(error)}") from error
    tokenizer = engine.get_tokenizer()
    if inspect.isawaitable(tokenizer):  # as it was in older versions
        tokenizer = await tokenizer
    try:
        require_template(tokenizer, name)
    except ModelUnavailableError:
        engine.shutdown()
        raise
    return EngineModel(name, engine, cast(Tokenizer, tokenizer))


class EngineModel:
    """A running engine, and the tokenizer that its prompts go through."""

    def __init__(self, name: str, engine: AsyncLLM, tokenizer: Tokenizer) -> None:
        self.name = name
        self._engine = engine
        self._tokenizer = tokenizer
        self._context = engine.model_config.max_model_len
        self._numbers = count()

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        start = time.perf_counter()
        tokens = await self._tokens(prompt)
        completions = await all_of(
            self._one(prompt, tokens, sampling, number) for number in range(first, first + samples)
        )
        return Reply.of(completions, time.perf_counter() - start)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """As the contract says."""
        tokens = await self._tokens(prompt)
        delta = RequestOutputKind.DELTA
        async with aclosing(self._pieces(prompt, tokens, sampling, sample, delta)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        self._engine.shutdown()

    async def _one(
        self, prompt: Prompt, tokens: list[int], sampling: Sampling, sample: int
    ) -> Completion:
        final = RequestOutputKind.FINAL_ONLY
        async with aclosing(self._pieces(prompt, tokens, sampling, sample, final)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    return piece
        raise ModelError("failed", f"{self.name}: the engine ended without an answer")

    async def _pieces(
        self,
        prompt: Prompt,
        tokens: list[int],
        sampling: Sampling,
        sample: int,
        kind: RequestOutputKind,
    ) -> AsyncGenerator[str | Completion]:
        """One sample as the engine gives it out, and last of all as a whole.

        Closing the generator aborts the request. What the engine raises is given its meaning.
        """
        cutter = StopCutter(sampling.stop, sampling.keep_stop)
        text, drawn, cached, finish = "", 0, 0, None
        parameters = self._parameters(prompt, len(tokens), sampling, sample, kind)
        request = f"numina-lean-{next(self._numbers)}"
        outputs = self._engine.generate(
            TokensPrompt(prompt_token_ids=tokens), parameters, request_id=request
        )
        with self._meanings():
            async with aclosing(outputs):
                async for output in outputs:
                    (delta,) = output.outputs
                    piece = cutter.feed(delta.text)
                    text += piece
                    drawn += len(delta.token_ids)
                    cached = max(cached, output.num_cached_tokens or 0)
                    finish = delta.finish_reason
                    if piece:
                        yield piece
        if finish not in ("stop", "length") and not cutter.stopped:
            raise ModelError("failed", f"{self.name}: the engine broke off ({finish})")
        rest = cutter.rest()
        if rest:
            yield rest
        ended: Finish = "length" if finish == "length" and not cutter.stopped else "stop"
        yield Completion(sample, text + rest, ended, Usage(len(tokens), drawn, cached))

    def _parameters(
        self,
        prompt: Prompt,
        length: int,
        sampling: Sampling,
        sample: int,
        kind: RequestOutputKind,
    ) -> SamplingParams:
        schema = prompt.schema
        return SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k or 0,
            seed=None if sampling.seed is None else (sampling.seed + sample) % _SEEDS,
            stop=list(sampling.stop) or None,
            include_stop_str_in_output=sampling.keep_stop,
            max_tokens=min(sampling.max_tokens, self._context - length),
            output_kind=kind,
            structured_outputs=None if schema is None else StructuredOutputsParams(json=schema),
        )

    async def _tokens(self, prompt: Prompt) -> list[int]:
        """The prompt's tokens, made in a thread: long prompts would hold the loop up."""
        tokens = await asyncio.to_thread(prompt_tokens, self._tokenizer, prompt)
        require_room(self.name, len(tokens), self._context)
        return tokens

    @contextmanager
    def _meanings(self) -> Iterator[None]:
        try:
            yield
        except EngineDeadError as error:
            raise ModelUnavailableError(
                f"{self.name}: the engine died ({error}). Its log says why; less gpu_memory or a "
                "smaller max_model_len helps where memory was short"
            ) from error
        except (ModelError, asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:  # a request that the engine does not take, as any of its types
            raise ModelError("refused", f"{self.name}: {error}") from error
