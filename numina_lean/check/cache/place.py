"""Which file verdicts are kept in, and how large it may grow."""

import os
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.lean.embedded.install import cache_folder

FILE_VARIABLE = "NUMINA_LEAN_VERDICTS"
"""Environment variable: the file, instead of one in the user's cache folder."""
SIZE_VARIABLE = "NUMINA_LEAN_VERDICTS_MIB"
"""Environment variable: about how many MiB the file may take."""
DEFAULT_MIB = 1024


def cache_file() -> Path:
    chosen = os.environ.get(FILE_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else cache_folder() / "verdicts.sqlite"


def cache_size() -> int:
    """In bytes. Raises `InputError` where the environment says what is no number."""
    chosen = os.environ.get(SIZE_VARIABLE, str(DEFAULT_MIB))
    if not chosen.isdecimal() or int(chosen) == 0:
        raise InputError(f"{SIZE_VARIABLE}={chosen}: not a number of MiB")
    return int(chosen) * 2**20
