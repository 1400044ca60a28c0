"""What the JSON of a chat completion says, read without trust: any field may have any type.

A server that parses a reasoning model's thoughts out of its text sends them beside it
(`reasoning_content`, or `reasoning`); here they are put back where they were, in a `<think>` block.
"""

from dataclasses import dataclass

from numina_lean.models.model import Completion, Finish, ModelError, Sampling, Usage
from numina_lean.models.stops import cut

THINK_OPEN, THINK_CLOSE = "<think>\n", "\n</think>\n\n"
_THOUGHTS = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice of a reply. `text` without `thoughts`, which are empty where none were apart.

    `stopped_by`: the stop string that ended it, if the server says.
    """

    thoughts: str
    text: str
    finish: Finish
    usage: Usage
    stopped_by: str | None = None


def answer_of(body: object) -> Answer:
    """The first choice of a chat completion. Raises `ModelError("failed")` where there is none.

    An empty or null content is an answer, with an empty text: models do give it.
    """
    choice = first_choice(body)
    if choice is None:
        raise ModelError("failed", f"the reply has no choices: {str(body)[:200]}")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise ModelError("failed", f"the reply's choice has no message: {str(choice)[:200]}")
    stopped_by = choice.get("stop_reason")
    return Answer(
        thoughts_of(message),
        text_of(message),
        finish_of(choice.get("finish_reason")),
        usage_of(body),
        stopped_by if isinstance(stopped_by, str) else None,
    )


def completion_of(answer: Answer, sampling: Sampling, sample: int, echo: str) -> Completion:
    """The sample that an answer is, as the model wrote it: ended where it should end, without the
    `echo` of a prefill that some servers put before it, and with its thoughts in their place.
    """
    text, stopped = cut(answer.text.removeprefix(echo), sampling.stop, sampling.keep_stop)
    if answer.thoughts:
        text = f"{THINK_OPEN}{answer.thoughts}{THINK_CLOSE}{text}"
    return Completion(sample, text, "stop" if stopped else answer.finish, answer.usage)


def first_choice(body: object) -> dict[str, object] | None:
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else None


def text_of(message: dict[str, object]) -> str:
    """The text of a message or a delta: a string, or a list of parts of which some have text."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def thoughts_of(message: dict[str, object]) -> str:
    found = (message.get(name) for name in _THOUGHTS)
    return next((value for value in found if isinstance(value, str) and value), "")


def finish_of(reason: object) -> Finish:
    """Whatever is no cut by length is an end of the model's own: tool calls, filters, oddities."""
    return "length" if reason in ("length", "max_tokens") else "stop"


def usage_of(body: object) -> Usage:
    """The tokens that the server counted, none where it does not say."""
    usage = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(
        _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached)
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
