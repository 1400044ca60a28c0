"""What runs stages: rows through journals in a folder that one run at a time fills."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Generic

from numina_lean.build.kept import SAME, Kept, Same
from numina_lean.build.manifest import InputFile, StageCounts, input_file, manifest
from numina_lean.build.stage import (
    AskingStage,
    Form,
    In,
    Out,
    Postponed,
    Rejected,
    Row,
    Stage,
)
from numina_lean.check.output import json_line
from numina_lean.corpus.files import write_atomically, write_text_atomically
from numina_lean.corpus.run_folder import RunFolder

REJECTED, REVIEW, MANIFEST = "rejected.jsonl", "review.jsonl", "manifest.json"

Advance = Callable[[int], None]
Watch = Callable[[str, int | None], AbstractContextManager[Advance]]
"""Told the name of a stage and how many rows it takes (None: not known); rows done are reported
to what it gives."""

_TOGETHER = 256
"""Rows of a stage of plain code that reach the disk together."""


@contextmanager
def unwatched(_name: str, _total: int | None) -> Iterator[Advance]:
    yield lambda _steps: None


class BuildRun:
    """A context manager that holds `folder`; see the package's docstring for how it is used.

    `build` is what is made, in a word. A folder made with other `settings`, or from other content
    of `inputs`, is refused with `InputError`.
    """

    def __init__(
        self,
        folder: Path,
        build: str,
        settings: Mapping[str, str],
        inputs: Sequence[Path],
        watch: Watch = unwatched,
    ) -> None:
        self.path = folder
        self._build = build
        self._settings = dict(settings)
        self._inputs = [input_file(path) for path in inputs]
        hashes = {f"input {each.path}": each.sha256[:16] for each in self._inputs}
        self._folder = RunFolder(folder, self._settings | hashes, f"{build} build")
        self._watch = watch
        self._stages: list[tuple[Kept[Any], Kept[Any] | None]] = []
        self._taken: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "BuildRun":
        self._stack.enter_context(self._folder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def state(self) -> Path:
        """A folder beside the journals, for what a build keeps for itself."""
        return self._folder.state

    def read(self, name: str, source: Iterable[Out | Rejected], form: Form[Out]) -> Kept[Out]:
        """Take in what `source` yields, which is the same in each run."""
        kept = self._open(name, form, None)
        total = 0

        def results() -> Iterator[tuple[int, str, Out | Rejected]]:
            nonlocal total
            for position, row in enumerate(source):
                total = position + 1
                if not kept.has(position):
                    yield position, row.id, row

        self._drain(kept, results(), None)
        self._taken[name] = total
        return kept

    def apply(self, stage: Stage[In, Out], rows: Kept[In]) -> Kept[Out]:
        """Put rows through a stage of plain code."""
        kept = self._open(stage.name, stage.form, rows)
        worked = ((n, row, stage.work(row)) for n, row in rows.left_by(kept))
        same = kept.reads_through(rows)
        results = ((n, row.id, _kept_as(row, result, same)) for n, row, result in worked)
        self._drain(kept, results, len(rows))
        return kept

    async def apply_async(
        self, stage: AskingStage[In, Out], rows: Kept[In], *, flight: int
    ) -> Kept[Out]:
        """Put rows through a stage that waits, `flight` of them at a time.

        Raises what `work` raises; what was finished by then is kept.
        """
        kept = self._open(stage.name, stage.form, rows)
        flying = _Flying(kept, kept.reads_through(rows))
        todo = rows.left_by(kept)
        with self._watch(stage.name, len(rows)) as advance:
            advance(kept.settled)
            try:
                while True:
                    for position, row in islice(todo, flight - len(flying.tasks)):
                        task = asyncio.ensure_future(stage.work(row))
                        flying.tasks[task] = position, row
                    if not flying.tasks:
                        break
                    await asyncio.wait(flying.tasks, return_when=asyncio.FIRST_COMPLETED)
                    advance(flying.land())
            finally:
                for left in flying.tasks:
                    left.cancel()
                await asyncio.gather(*flying.tasks, return_exceptions=True)
        return kept

    def counts(self) -> list[StageCounts]:
        """Of the stages so far, in order."""
        return [
            StageCounts(
                kept.name, taken, len(kept), dict(sorted(kept.reasons.items())), kept.review,
                taken - kept.settled,
            )
            for kept, _ in self._stages
            for taken in [self._taken[kept.name]]
        ]  # fmt: skip

    def finish(
        self, outputs: Sequence[Path] = (), facts: Mapping[str, object] | None = None
    ) -> list[StageCounts]:
        """Write `rejected.jsonl`, `review.jsonl` and `manifest.json`; the counts of the stages.

        `outputs` are files of the folder, of which the manifest has the hashes.
        """
        for name, review in ((REJECTED, False), (REVIEW, True)):
            self._write_losses(self.path / name, review)
        counts = self.counts()
        hashed = [self._output(path) for path in outputs]
        content = manifest(
            self._build, self._settings, self._inputs, counts, hashed, dict(facts or {})
        )
        text = json.dumps(content, indent=2, ensure_ascii=False)
        write_text_atomically(self.path / MANIFEST, f"{text}\n")
        return counts

    def _open(self, name: str, form: Form[Out], before: Kept[Any] | None) -> Kept[Out]:
        if name in self._taken:
            raise ValueError(f"two stages are named {name}")
        kept = Kept(self.state / f"{name}.jsonl", name, form, before)
        self._stack.callback(kept.close)
        self._stages.append((kept, before))
        self._taken[name] = 0 if before is None else len(before)
        return kept

    def _drain(
        self,
        kept: Kept[Out],
        results: Iterator[tuple[int, str, Out | Rejected | Same]],
        total: int | None,
    ) -> None:
        with self._watch(kept.name, total) as advance:
            advance(kept.settled)
            while batch := list(islice(results, _TOGETHER)):
                kept.add(batch)
                advance(len(batch))

    def _write_losses(self, path: Path, review: bool) -> None:
        def write(temporary: Path) -> None:
            with temporary.open("wb") as stream:
                for kept, before in self._stages:
                    for position, lost in kept.rejected():
                        if lost.review == review:
                            row = None if before is None else before.record(position)
                            stream.write(json_line({
                                "stage": kept.name, "position": position, "id": lost.id,
                                "reason": lost.reason, "detail": lost.detail, "row": row,
                            }))  # fmt: skip

        write_atomically(path, write)

    def _output(self, path: Path) -> InputFile:
        found = input_file(path)
        name = path.relative_to(self.path).as_posix()
        return InputFile(name, found.sha256, found.files, found.size)


class _Flying(Generic[Out]):
    """The rows of one stage that are being worked on."""

    def __init__(self, kept: Kept[Out], same: bool) -> None:
        self.tasks: dict[asyncio.Future[Out | Rejected | Postponed], tuple[int, Row]] = {}
        self._kept = kept
        self._same = same

    def land(self) -> int:
        """Keep what is finished; how many. Raises what one of them raised."""
        done = {task: self.tasks.pop(task) for task in list(self.tasks) if task.done()}
        failed = [task for task in done if task.cancelled() or task.exception() is not None]
        results: list[tuple[int, str, Out | Rejected | Same]] = []
        for task, (position, row) in done.items():
            if task not in failed and not isinstance(result := task.result(), Postponed):
                results.append((position, row.id, _kept_as(row, result, self._same)))
        self._kept.add(results)
        for task in failed:
            task.result()
        return len(done)


def _kept_as(row: Row, result: Out | Rejected, same: bool) -> Out | Rejected | Same:
    """The result as it is kept: a row that came back as it was is not written again."""
    return SAME if same and result is row else result
