"""All prompt families, by task and name."""

from collections.abc import Mapping
from typing import Any

from numina_lean.errors import InputError
from numina_lean.prompts import (
    backtranslate,
    classify,
    conditions,
    cot,
    decompose,
    formalize,
    judge,
    prove,
    repair,
    solve,
)
from numina_lean.prompts.family import Family, Task

FAMILIES: Mapping[Task, Mapping[str, Family[Any]]] = {
    "formalize": formalize.FAMILIES,
    "repair": repair.FAMILIES,
    "backtranslate": backtranslate.FAMILIES,
    "conditions": conditions.FAMILIES,
    "judge": judge.FAMILIES,
    "prove": prove.FAMILIES,
    "decompose": decompose.FAMILIES,
    "solve": solve.FAMILIES,
    "cot": cot.FAMILIES,
    "classify": classify.FAMILIES,
}


def families(task: Task) -> tuple[str, ...]:
    """The names of the families of `task`, sorted."""
    return tuple(sorted(FAMILIES[task]))


def family(task: Task, name: str) -> Family[Any]:
    """The family of that name. Raises `InputError`, which lists the names that there are."""
    found = FAMILIES[task].get(name)
    if found is None:
        known = ", ".join(families(task))
        raise InputError(f"no prompt family {name!r} to {task} with; there are: {known}")
    return found
