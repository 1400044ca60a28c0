"""What a run logs, a line of JSON a time, in its folder; and whom it tells of its steps.

A line has `step`, `of` how many, `seconds` (since this process began to train), and what the
trainer logged: `epoch`, `loss`, `learning_rate`, `grad_norm`, `num_tokens`. Where a run goes on
from a checkpoint, lines of steps after it are taken away first: they will be written anew.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numina_lean.corpus.journal import Journal, Record, read_journal
from numina_lean.train.run import METRICS

if TYPE_CHECKING:
    from transformers import TrainerCallback

OnStep = Callable[[int, int], None]
"""Told the number of steps done and of all."""


def metrics_callback(folder: Path, on_step: OnStep | None = None) -> "TrainerCallback":
    """A callback that writes `metrics.jsonl`, by the first process alone, and tells of steps."""
    from transformers import TrainerCallback

    class Metrics(TrainerCallback):
        def __init__(self) -> None:
            self._journal: Journal | None = None
            self._start = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._start = time.perf_counter()
            if not state.is_world_process_zero:
                return
            self._journal = Journal(folder / METRICS)
            kept = [row for row in self._journal.read() if _step(row) <= state.global_step]
            self._journal.replace(kept)
            if on_step:
                on_step(state.global_step, state.max_steps)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if self._journal and logs:
                seconds = round(time.perf_counter() - self._start, 3)
                row: Record = {"step": state.global_step, "of": state.max_steps}
                row |= {"seconds": seconds, **logs}
                self._journal.append([row])

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if on_step and state.is_world_process_zero:
                on_step(state.global_step, state.max_steps)

        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if self._journal:
                self._journal.close()
                self._journal = None

    return Metrics()


def read_metrics(folder: Path) -> list[Record]:
    """The lines that a run has logged so far; none before it began."""
    path = folder / METRICS
    return list(read_journal(path)) if path.is_file() else []


def _step(row: Record) -> int:
    step = row.get("step")
    return step if isinstance(step, int) else 0
