"""What came of one program: its output and how it ended."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "error", "timeout", "memory", "killed", "refused"]
"""How a program ended.

`ok`: by itself. `error`: with an exception that it did not catch (its traceback is the end of the
output) or with a status that is not 0. `timeout`: stopped at its limit of wall or processor time.
`memory`: with MemoryError, or by a failure that its limit of memory brought about. `killed`: by a
signal, or stopped for going past another limit (files, threads, output), or the worker that ran it
broke down. `refused`: it was not run: too long, or not text.
"""


@dataclass(frozen=True, slots=True)
class Execution:
    """`output` is what a notebook would show: standard output and error as they came, and the
    value of the last expression. `cut` says that a part of it was left out, where a mark stands.
    `seconds` is wall time, from the program's start to its end.
    """

    output: str
    outcome: Outcome
    seconds: float
    cut: bool = False
