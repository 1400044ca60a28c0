"""A folder that one run at a time fills, with the same settings each time it goes on."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.folder import STATE
from numina_lean.errors import InputError


class RunFolder:
    """A context manager that holds `folder` for this process.

    `settings` decide what the run makes: a folder made with others is refused. `what` is what the
    folder holds, in a word. Entering raises `InputError` where the folder is another's, is in use,
    or cannot be made.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], what: str) -> None:
        self.path = folder
        self.state = folder / STATE
        self._settings = dict(settings)
        self._what = what

    def __enter__(self) -> "RunFolder":
        self._refuse_foreign()
        try:
            self.state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be made ({error.strerror}). Pass another --output"
            ) from error
        self._lock = FileLock(self.state / "lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise InputError(
                f"{self.path}: another run is writing here. Wait for it, or pass another --output"
            ) from error
        try:
            self._check_settings()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _refuse_foreign(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path}: not a folder. Pass another --output")
        if self.path.is_dir() and not self.state.is_dir() and any(self.path.iterdir()):
            raise InputError(
                f"{self.path}: holds other files and no {self._what}. Pass another --output"
            )

    def _check_settings(self) -> None:
        path = self.state / "settings.json"
        if not path.exists():
            write_text_atomically(path, json.dumps(self._settings, indent=2))
            return
        made_with = json.loads(path.read_text(encoding="utf-8"))
        for name in sorted(self._settings.keys() | made_with.keys()):
            before, now = made_with.get(name), self._settings.get(name)
            if before != now:
                raise InputError(
                    f"{self.path}: was made with {name} {before}, not {now}. "
                    "Pass the same options, or another --output"
                )
