"""A prompt family: a way of asking that a model was trained on, or that we wrote, under a name.

The families of each task live in a module of their own (`formalize`, `repair`, `backtranslate`,
`conditions`, `judge`, `prove`), each with a table from name to family; `registry` has them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, ParamSpec

from numina_lean.models.model import Prompt, Sampling

Task = Literal["formalize", "repair", "backtranslate", "conditions", "judge", "prove"]

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Family(Generic[P]):
    """`render` makes the prompt, byte for byte as published; its arguments are the task's.

    `sampling` is what its authors use. `origin`: where the text is from.
    """

    name: str
    task: Task
    render: Callable[P, Prompt]
    sampling: Sampling
    origin: str
