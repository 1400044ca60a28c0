"""A prompt family: a way of asking that a model was trained on, or that we wrote, under a name.

The families of each task live in a module of their own, named like the task, with a table
`FAMILIES` from name to family; `registry` has them all. A task has one kind of request, a frozen
dataclass of plain text, so that who asks need not know which family it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from numina_lean.models.model import Prompt, Sampling

Task = Literal[
    "formalize",
    "repair",
    "backtranslate",
    "conditions",
    "judge",
    "prove",
    "decompose",
    "solve",
    "cot",
    "classify",
]

Request = TypeVar("Request")


@dataclass(frozen=True, slots=True)
class Family(Generic[Request]):
    """`render` makes the prompt, byte for byte as published.

    `sampling` is what its authors use. `origin`: where the text is from, and what of it could not
    be held against its source. `profile` is what it writes for, where it can write for only one.
    """

    name: str
    task: Task
    render: Callable[[Request], Prompt]
    sampling: Sampling
    origin: str
    profile: Literal["core", "mathlib"] | None = None
