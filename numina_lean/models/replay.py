"""`replay:FILE`: a model that answers with what was recorded, and with nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from numina_lean.models.model import Completion, ModelError, Prompt, Reply, Sampling
from numina_lean.models.recorded import Recorded, key_of
from numina_lean.models.recording import Recording


class Replay:
    """The completions of a recording, byte for byte, with the tokens and seconds of then.

    What is not recorded is `ModelError("not_recorded")`. Where a file has several completions
    under one key, the first counts.
    """

    def __init__(self, path: Path) -> None:
        self.name = f"replay:{path}"
        self._recording = Recording(path)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        found = [self._find(prompt, sampling, first + number) for number in range(samples)]
        seconds = max((one.seconds for one in found), default=0.0)
        return Reply.of((one.completion for one in found), seconds)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        completion = self._find(prompt, sampling, sample).completion
        yield completion.text
        yield completion

    async def close(self) -> None:
        self._recording.close()

    def _find(self, prompt: Prompt, sampling: Sampling, sample: int) -> Recorded:
        found = self._recording.find(key_of(prompt, sampling, sample))
        if found is None:
            raise ModelError(
                "not_recorded",
                f"{self._recording.path} has no sample {sample} of prompt {prompt.digest[:12]} "
                f"(seed {sampling.seed}, temperature {sampling.temperature:g})",
            )
        return replace(found, completion=replace(found.completion, sample=sample))
