"""A model as a run uses it: open, what it says recorded, asked no more once it seems to be gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from numina_lean.models.breaker import Breaker
from numina_lean.models.choose import open_model
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder


@asynccontextmanager
async def open_recorded(
    name: str, options: ModelOptions, record: Path | None
) -> AsyncIterator[Breaker]:
    """The model `name`, recorded in `record` unless that is None; all closed at the end.

    Raises what `open_model` raises, and `InputError` where `record` is no recording.
    """
    async with open_model(name, options) as model:
        if record is None:
            yield Breaker(model)
            return
        recorder = Recorder(model, record)
        with closing(recorder.recording):
            yield Breaker(recorder)
