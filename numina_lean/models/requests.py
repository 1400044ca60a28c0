"""Offline batches: requests written to a file, answered elsewhere, and replayed from the answers.

The file is what OpenAI's batch API and `vllm run-batch` take, one request a line. A line's
`custom_id` is its sample's key, so that the file of answers is a recording, which `replay:` reads.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.models.chat_request import Dialect, request_body
from numina_lean.models.model import Prompt, Sampling
from numina_lean.models.recorded import FormError, key_in, key_of

URL = "/v1/chat/completions"
BATCH_DIALECT = Dialect(limit="max_completion_tokens")
"""What both OpenAI and vLLM take. Stop strings to be kept are looked for when it is replayed."""


def request_line(
    model: str, prompt: Prompt, sampling: Sampling, sample: int, dialect: Dialect
) -> str:
    """One request of a batch, as a line. `dialect`: what the place that answers it understands."""
    request = {
        "custom_id": key_of(prompt, sampling, sample),
        "method": "POST",
        "url": URL,
        "body": request_body(model, prompt, sampling, sample, dialect),
    }
    return json.dumps(request) + "\n"


class RequestFile:
    """A file of requests, each in it once, however often it is asked for and by however many runs.

    A line that a kill cut short is taken off. Raises `InputError` where the file is another's.
    """

    def __init__(self, path: Path, model: str, dialect: Dialect) -> None:
        self._model = model
        self._dialect = dialect
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("a+b")
        self._stream.seek(0)
        whole, self._keys = _whole_lines(path, self._stream)
        self._stream.truncate(whole)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, prompt: Prompt, sampling: Sampling, sample: int) -> None:
        key = key_of(prompt, sampling, sample)
        if key not in self._keys:
            line = request_line(self._model, prompt, sampling, sample, self._dialect)
            self._stream.write(line.encode())
            self._stream.flush()
            self._keys.add(key)

    def close(self) -> None:
        self._stream.close()


def _whole_lines(path: Path, lines: Iterable[bytes]) -> tuple[int, set[str]]:
    """Where the whole lines end, and their keys."""
    end, keys = 0, set()
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            break
        try:
            keys.add(key_in(line))
        except FormError as error:
            raise InputError(
                f"{path} line {number}: no request of a batch: {error}. Name another file"
            ) from error
        end += len(line)
    return end, keys
