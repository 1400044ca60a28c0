"""A model whose completions are recorded, in the form that `replay:` reads."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

from numina_lean.models.model import Completion, Model, Prompt, Reply, Sampling
from numina_lean.models.recorded import Recorded, key_of, line_of
from numina_lean.models.recording import Recording
from numina_lean.models.together import all_of


class Recorder:
    """Passes requests to a model, and on the way writes down what comes back.

    A completion is in the file before its reader has it. What the file has from the same model is
    answered from there, with the usage of then, and the model is not asked: so a run that was
    killed goes on with the texts that it had, though the model might answer otherwise now, and no
    completion is there twice. Models that share a file share a `Recording`, which whoever made it
    closes.
    """

    def __init__(self, model: Model, recording: Recording | Path) -> None:
        self._model = model
        self._own = not isinstance(recording, Recording)
        self.recording = (
            Recording(recording, append=True) if isinstance(recording, Path) else recording
        )

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        start = time.perf_counter()
        numbers = range(first, first + samples)
        completions = await all_of(self._one(prompt, sampling, number) for number in numbers)
        return Reply.of(completions, time.perf_counter() - start)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        """As the model's; a stream that is closed before its end is not recorded."""
        recorded = self._find(prompt, sampling, sample)
        if recorded is not None:
            yield recorded.text
            yield recorded
            return
        async for piece in self._model.stream(prompt, sampling, sample=sample):
            if isinstance(piece, Completion):
                yield self._write(prompt, sampling, piece, 0.0)
            else:
                yield piece

    async def close(self) -> None:
        if self._own:
            self.recording.close()
        await self._model.close()

    async def _one(self, prompt: Prompt, sampling: Sampling, sample: int) -> Completion:
        """One sample, from the file or asked for alone: so it is kept if its neighbours fail."""
        recorded = self._find(prompt, sampling, sample)
        if recorded is not None:
            return recorded
        reply = await self._model.complete(prompt, sampling, first=sample)
        (completion,) = reply.completions
        return self._write(prompt, sampling, completion, reply.seconds)

    def _find(self, prompt: Prompt, sampling: Sampling, sample: int) -> Completion | None:
        """What the file has of this model."""
        found = self.recording.find(key_of(prompt, sampling, sample), self._is_ours)
        return None if found is None else found.completion(prompt, sampling, sample)

    def _is_ours(self, recorded: Recorded) -> bool:
        return recorded.model in (None, self.name)

    def _write(
        self, prompt: Prompt, sampling: Sampling, completion: Completion, seconds: float
    ) -> Completion:
        """Record it, unless another task was first with it: then that one is the answer."""
        earlier = self._find(prompt, sampling, completion.sample)
        if earlier is not None:
            return earlier
        line = line_of(self.name, prompt, sampling, completion, seconds)
        self.recording.add(key_of(prompt, sampling, completion.sample), line)
        return completion
