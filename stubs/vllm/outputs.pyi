from collections.abc import Sequence

class CompletionOutput:
    index: int
    text: str
    token_ids: Sequence[int]
    finish_reason: str | None
    stop_reason: int | str | None

class RequestOutput:
    outputs: list[CompletionOutput]
    finished: bool
    num_cached_tokens: int | None
