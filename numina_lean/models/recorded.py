"""The form in which completions are recorded: JSON lines, one a completion.

A completion is known by its key, a SHA-256 of what decides it: the prompt, how it was sampled, and
the seed it was drawn with or, without one, its number in the request. The model's name is not part
of the key, since a replay has a name of its own. The key is the first field of a line, so that a
file is indexed without its texts being parsed.

Two forms are read: the one written here, and the lines that OpenAI's batch API and `vllm run-batch`
write, where `requests` has put the key in `custom_id`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from numina_lean.models.answer import Answer, answer_of, completion_of
from numina_lean.models.model import Completion, ModelError, Prompt, Sampling, Usage

_KEY = b'{"key": "'
_KEY_LENGTH = 64


class FormError(Exception):
    """A line that is no recorded completion; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a line has under a key: a completion of ours, or an answer of a batch as it came.

    `model` is None where the line does not say whose it is. `seconds`: of the whole request that
    it was part of.
    """

    key: str
    model: str | None
    found: Completion | Answer
    seconds: float

    def completion(self, prompt: Prompt, sampling: Sampling, sample: int) -> Completion:
        """The completion that it is for the request that has its key."""
        if isinstance(self.found, Answer):
            return completion_of(self.found, sampling, sample, prompt.prefill)
        return replace(self.found, sample=sample)


def key_of(prompt: Prompt, sampling: Sampling, sample: int) -> str:
    """The key of a sample: equal for requests that must give the same text.

    With a seed, sample 3 of seed 10 and sample 0 of seed 13 are one; without, the number counts.
    """
    drawn: list[object] = ["sample", sample]
    if sampling.seed is not None:
        drawn = ["seed", sampling.seed + sample]
    parts = [
        prompt.digest,
        float(sampling.temperature),
        float(sampling.top_p),
        sampling.top_k,
        sampling.max_tokens,
        list(sampling.stop),
        sampling.keep_stop,
        drawn,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def line_of(
    model: str, prompt: Prompt, sampling: Sampling, completion: Completion, seconds: float
) -> bytes:
    """The line that records a completion. Beside the key stands what it was made from."""
    record = {
        "key": key_of(prompt, sampling, completion.sample),
        "model": model,
        "prompt": prompt.digest,
        "sampling": asdict(sampling),
        "sample": completion.sample,
        "text": completion.text,
        "finish": completion.finish,
        "usage": asdict(completion.usage),
        "seconds": round(seconds, 3),
    }
    return json.dumps(record).encode() + b"\n"


def key_in(line: bytes) -> str:
    """The key of a line, whichever form it has. Raises `FormError`."""
    end = len(_KEY) + _KEY_LENGTH
    if line.startswith(_KEY) and line[end : end + 1] == b'"':
        return line[len(_KEY) : end].decode(errors="replace")
    record = _object(line)
    key = record.get("key", record.get("custom_id"))
    if not isinstance(key, str):
        raise FormError('it has neither "key" nor "custom_id"')
    return key


def read_line(line: bytes) -> Recorded:
    """What a line records. Raises `FormError`, and `ModelError` where a batch has no answer."""
    record = _object(line)
    key = key_in(line)
    if "custom_id" in record:
        return Recorded(key, None, _batch_answer(record), 0.0)
    text, finish, usage = record.get("text"), record.get("finish"), record.get("usage")
    sample, seconds = record.get("sample", 0), record.get("seconds", 0.0)
    if not isinstance(text, str) or (finish != "stop" and finish != "length"):
        raise FormError('"text" is no string, or "finish" neither "stop" nor "length"')
    if not isinstance(sample, int) or not isinstance(seconds, int | float):
        raise FormError('"sample" or "seconds" is no number')
    model = record.get("model")
    completion = Completion(sample, text, finish, _usage(usage))
    return Recorded(key, model if isinstance(model, str) else None, completion, float(seconds))


def _batch_answer(record: dict[str, object]) -> Answer:
    response = record.get("response")
    if not isinstance(response, dict) or response.get("status_code") != 200:
        raise ModelError("failed", f"the batch has no answer: {str(record.get('error'))[:200]}")
    return answer_of(response.get("body"))


def _usage(value: object) -> Usage:
    fields = value if isinstance(value, dict) else {}
    counts = {name: fields.get(name, 0) for name in ("prompt", "completion", "cached")}
    if not all(isinstance(count, int) for count in counts.values()):
        raise FormError('"usage" has what is no number')
    return Usage(**counts)


def _object(line: bytes) -> dict[str, object]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormError(f"it is no JSON ({error})") from error
    if not isinstance(record, dict):
        raise FormError("it is no JSON object")
    return record
