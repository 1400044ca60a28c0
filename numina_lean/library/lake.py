"""Lake's own build of a project, for machines that have it."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from numina_lean.errors import EngineUnavailableError, InputError
from numina_lean.lean.native.layout import find_layout
from numina_lean.library.settings import LAKE_FILES

_ELAN = "https://github.com/leanprover/elan"


def lake_build(folder: Path, targets: Sequence[str] = ()) -> int:
    """Run `lake build` in `folder` on our own standard streams; its exit status.

    Raises `InputError` where the folder has no Lake file, `EngineUnavailableError` where there is
    no Lake.
    """
    if not any((folder / name).is_file() for name in LAKE_FILES):
        raise InputError(f"{folder}: no {' or '.join(LAKE_FILES)}, so Lake cannot build it")
    # A project's own toolchain file decides; ours is fixed, and found without asking elan.
    layout = find_layout()
    own = folder.resolve() == layout.root.resolve() and layout.lake.is_file()
    lake = str(layout.lake) if own else shutil.which("lake", path=_search_path(layout.elan))
    if lake is None:
        raise EngineUnavailableError(
            f"there is no lake on this machine. Install elan from {_ELAN}, or pass "
            "--engine embedded"
        )
    return subprocess.run([lake, "build", *targets], cwd=folder, check=False).returncode


def _search_path(elan: Path) -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), str(elan / "bin")])
