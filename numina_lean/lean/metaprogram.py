"""How far code that a source brings along can get, read off its text.

Elaboration runs what a source defines: macros, elaborators, evaluated commands. Read off the raw
text, comments and strings included, because what hides in them depends on how Lean reads them;
errs towards more.
"""

import re
from enum import IntEnum

_META = re.compile(
    r"\b(?:elab\w*|by_elab|run_\w+|initialize|builtin_\w+|init|unsafe|extern|"
    r"implemented_by|export|prefer_native)\b"
)
_CODE = re.compile(r"#eval|\bmacro\w*")
_LEAN_ITSELF = re.compile(r"(?:Lean|Lake)(?:\.|$)")


class Reach(IntEnum):
    """How far code of a source can get. Larger is farther."""

    NONE = 0
    """No code of the source runs: the process that elaborated it can be trusted afterwards."""
    CODE = 1
    """Runs code, which may leave traces in its process, but cannot reach the elaborator: what it
    declares is what its text says."""
    META = 2
    """May edit the environment, the messages, or what a command means."""


def reach(imports: tuple[str, ...], body: str) -> Reach:
    """How far code of `body`, elaborated on `imports`, can get."""
    runs = _META.search(body) is not None
    if runs:
        return Reach.META
    if _CODE.search(body):
        lean_itself = any(_LEAN_ITSELF.match(module) for module in imports)
        return Reach.META if lean_itself else Reach.CODE
    return Reach.NONE
