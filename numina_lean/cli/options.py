"""Options that more than one command takes, with the same name, default and help."""

import math
import os
from typing import Annotated, Literal

import typer

from numina_lean.sandbox.bubblewrap import UNSAFE_OPTION

EngineChoice = Literal["auto", "embedded", "native"]

_MOST_JOBS = 4
"""Each Lean process takes about half a gigabyte of memory; more of them are asked for."""

EngineOption = Annotated[
    EngineChoice,
    typer.Option("--engine", help="Which Lean: auto takes a native project where one is built."),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        max=1024,
        show_default=f"processors, at most {_MOST_JOBS}",
        help="Lean processes at a time.",
    ),
]

NoSandboxOption = Annotated[
    bool,
    typer.Option(
        UNSAFE_OPTION,
        help="Let the native engine run without its sandbox. Only for sources that you trust.",
    ),
]

NoCacheOption = Annotated[
    bool,
    typer.Option(
        "--no-cache", help="Check all anew: neither read the cache of verdicts nor add to it."
    ),
]


def seconds(timeout: float) -> float:
    """`timeout` as given. Raises `typer.BadParameter` where it is no number of seconds."""
    if not 0 < timeout < math.inf:
        raise typer.BadParameter(f"{timeout} is not a number of seconds")
    return timeout


def jobs_or_default(jobs: int | None) -> int:
    """`jobs` as given, else the processors this process may use, within reason."""
    if jobs is not None:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_JOBS)
    return min(os.cpu_count() or 1, _MOST_JOBS)
