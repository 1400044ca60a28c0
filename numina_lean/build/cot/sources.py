"""The sources of NuminaMath-CoT and those that 1.5 added, with what was published of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from numina_lean.errors import InputError

Form = Literal["competition_math", "gsm8k", "orca", "forum", "wiki", "papers", "seeds"]


@dataclass(frozen=True, slots=True)
class Source:
    """`published`: rows that the release has of it; `release`: the first that has the source.

    `realign`: its solutions are free in form, and a model rewrites them as a chain of thought.
    """

    name: str
    form: Form
    published: int
    release: Literal["cot", "1.5"]
    realign: bool
    what: str


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("cn_k12", "papers", 276_591, "cot", True, "Chinese school exams"),
        Source("synthetic_math", "seeds", 167_895, "cot", False, "made from MATH"),
        Source("orca_math", "orca", 153_334, "cot", False, "Orca-Math word problems"),
        Source("olympiads", "papers", 150_581, "cot", True, "papers of olympiads"),
        Source("synthetic_amc", "seeds", 62_111, "cot", False, "made from AMC and AIME"),
        Source("aops_forum", "forum", 30_201, "cot", True, "threads of the AoPS forum"),
        Source("math", "competition_math", 7_478, "cot", False, "MATH"),
        Source("gsm8k", "gsm8k", 7_345, "cot", True, "GSM8K"),
        Source("amc_aime", "wiki", 4_072, "cot", True, "AMC and AIME, AoPS wiki"),
        Source("olympiads_ref", "papers", 3_638, "1.5", True, "olympiads, official solutions"),
        Source("cn_contest", "papers", 29_944, "1.5", True, "Chinese contests"),
        Source("inequalities", "papers", 7_314, "1.5", True, "books on inequalities"),
        Source("number_theory", "papers", 4_043, "1.5", True, "books on number theory"),
    )
}
"""Counts: the card of NuminaMath-CoT, whose sum is 859,608, and that of NuminaMath-1.5."""

SEED_FORMS: Mapping[str, Form] = {"synthetic_math": "competition_math", "synthetic_amc": "wiki"}
"""What the seeds of the synthetic sources come as."""


def source_of(name: str) -> Source:
    """The source of that name. Raises `InputError`, which lists those that there are."""
    found = SOURCES.get(name)
    if found is None:
        raise InputError(f"no source {name!r}; there are: {', '.join(SOURCES)}")
    return found
