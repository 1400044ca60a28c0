"""`replay:FILE`: a model that answers with what was recorded, and with nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

from numina_lean.models.model import Completion, ModelError, Prompt, Reply, Sampling
from numina_lean.models.recorded import Recorded, key_of
from numina_lean.models.recording import Recording
from numina_lean.models.requests import RequestFile


class Replay:
    """The completions of a recording, byte for byte, with the tokens and seconds of then.

    What is not recorded is `ModelError("not_recorded")`, and goes to `missing`, if there is such a
    file: to be answered elsewhere, as a batch. Where a file has several completions under one key,
    the first counts.
    """

    def __init__(self, path: Path, missing: RequestFile | None = None) -> None:
        self.name = f"replay:{path}"
        self._missing = missing
        self._recording = Recording(path)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        numbers = range(first, first + samples)
        found = [self._find(prompt, sampling, number) for number in numbers]
        lacking = [number for number, one in zip(numbers, found, strict=True) if one is None]
        if lacking:
            raise self._not_recorded(prompt, sampling, lacking)
        had = [(number, one) for number, one in zip(numbers, found, strict=True) if one is not None]
        seconds = max((one.seconds for _, one in had), default=0.0)
        return Reply.of((one.completion(prompt, sampling, number) for number, one in had), seconds)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        (completion,) = reply.completions
        yield completion.text
        yield completion

    async def close(self) -> None:
        self._recording.close()
        if self._missing is not None:
            self._missing.close()

    def _find(self, prompt: Prompt, sampling: Sampling, sample: int) -> Recorded | None:
        return self._recording.find(key_of(prompt, sampling, sample))

    def _not_recorded(self, prompt: Prompt, sampling: Sampling, samples: list[int]) -> ModelError:
        if self._missing is not None:
            for sample in samples:
                self._missing.add(prompt, sampling, sample)
        return ModelError(
            "not_recorded",
            f"{self._recording.path} has no sample {samples[0]} of prompt {prompt.digest[:12]} "
            f"(seed {sampling.seed}, temperature {sampling.temperature:g})",
        )
