"""What is sent to an OpenAI-compatible endpoint for one sample, as the JSON of the request.

Each sample is a request of its own, with its own seed: servers disagree on what `n` and `seed`
mean together, and a sample must be the same whichever others are asked for beside it.

What OpenAI's interface has no field for goes in fields that vLLM and SGLang define:
`continue_final_message` and `add_generation_prompt: false` for a prefill, `top_k`, and
`include_stop_str_in_output`.
"""

import json
import re
from dataclasses import dataclass, replace

from numina_lean.models.model import ModelError, Prompt, Sampling

_SEEDS = 2**63
_OF_SCHEMAS = re.compile(r"response_format|json_schema", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an endpoint understands, as far as is known.

    `keeps_stops`: it takes `include_stop_str_in_output`. `schemas`: it takes `response_format`.
    `limit`: what it calls the limit of tokens; `stream_usage`: it takes `stream_options`.
    """

    keeps_stops: bool = False
    schemas: bool = True
    limit: str = "max_tokens"
    stream_usage: bool = True


def request_body(
    model: str, prompt: Prompt, sampling: Sampling, sample: int, dialect: Dialect
) -> dict[str, object]:
    """The request's JSON object. Lone surrogates, which no JSON in UTF-8 can say, are replaced.

    Raises `ModelError("refused")` for bare text: chat endpoints take turns only.
    """
    if not prompt.messages:
        raise ModelError("refused", "bare text to be completed: a chat endpoint takes none")
    turns: list[object] = [
        {"role": message.role, "content": _sendable(message.content)} for message in prompt.messages
    ]
    if prompt.prefill:
        turns.append({"role": "assistant", "content": _sendable(prompt.prefill)})
    body: dict[str, object] = {
        "model": model,
        "messages": turns,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        dialect.limit: sampling.max_tokens,
    }
    if prompt.prefill:
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    if sampling.seed is not None:
        body["seed"] = (sampling.seed + sample) % _SEEDS
    if sampling.top_k is not None:
        body["top_k"] = sampling.top_k
    if sampling.stop and not cut_here(sampling, dialect):
        body["stop"] = list(sampling.stop)
        if sampling.keep_stop:
            body["include_stop_str_in_output"] = True
    if prompt.schema is not None and dialect.schemas:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": json.loads(prompt.schema), "strict": True},
        }
    return body


def cut_here(sampling: Sampling, dialect: Dialect) -> bool:
    """Whether the text must be cut on this side: no field of OpenAI's keeps a stop string."""
    return bool(sampling.stop) and sampling.keep_stop and not dialect.keeps_stops


def expected_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt is: four bytes each, as English and formulas mostly are."""
    texts = [*(message.content for message in prompt.messages), prompt.prefill]
    return sum(len(text.encode(errors="replace")) for text in texts) // 4 + 1


def weaker(dialect: Dialect, prompt: Prompt, complaint: str) -> Dialect | None:
    """The dialect without what the endpoint may have refused; None where nothing can be left out.

    A schema is left out whatever the complaint: an endpoint may call it anything.
    """
    if dialect.limit == "max_tokens" and "max_completion_tokens" in complaint:
        return replace(dialect, limit="max_completion_tokens")
    if dialect.stream_usage and "stream_options" in complaint:
        return replace(dialect, stream_usage=False)
    if dialect.schemas and prompt.schema is not None:
        return replace(dialect, schemas=False)
    return None


def learnt(before: Dialect, tried: Dialect, complaint: str) -> Dialect:
    """What to think of the endpoint after it complained of `before`, and `tried` is tried next.

    Schemas are given up for good only where the complaint is of schemas as such, not of one.
    """
    if tried.schemas == before.schemas or _OF_SCHEMAS.search(complaint):
        return tried
    return replace(tried, schemas=before.schemas)


def _sendable(text: str) -> str:
    return text.encode(errors="replace").decode()
