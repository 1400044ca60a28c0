from enum import Enum

class RequestOutputKind(Enum):
    CUMULATIVE = 0
    DELTA = 1
    FINAL_ONLY = 2

class StructuredOutputsParams:
    def __init__(self, *, json: str | None = ...) -> None: ...

class SamplingParams:
    def __init__(
        self,
        *,
        temperature: float = ...,
        top_p: float = ...,
        top_k: int = ...,
        seed: int | None = ...,
        stop: list[str] | None = ...,
        include_stop_str_in_output: bool = ...,
        max_tokens: int | None = ...,
        output_kind: RequestOutputKind = ...,
        structured_outputs: StructuredOutputsParams | None = ...,
    ) -> None: ...
