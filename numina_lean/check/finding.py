"""What a lint finds in a statement that compiles: a warning with a code, never a verdict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the lint (`docs/lint.md` lists them), `declaration` the statement it is
    about, `detail` says it in one line for a person."""

    code: str
    declaration: str
    detail: str
