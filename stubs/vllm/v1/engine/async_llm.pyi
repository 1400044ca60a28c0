from collections.abc import AsyncGenerator
from typing import Protocol

from vllm import AsyncEngineArgs, SamplingParams
from vllm.inputs import TokensPrompt
from vllm.outputs import RequestOutput

class _ModelConfig(Protocol):
    max_model_len: int

class AsyncLLM:
    model_config: _ModelConfig
    @classmethod
    def from_engine_args(cls, engine_args: AsyncEngineArgs) -> AsyncLLM: ...
    def generate(
        self, prompt: TokensPrompt, sampling_params: SamplingParams, request_id: str
    ) -> AsyncGenerator[RequestOutput]: ...
    def get_tokenizer(self) -> object: ...
    def shutdown(self) -> None: ...
