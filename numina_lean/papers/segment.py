"""A problem cut out of a paper, with its solution where one was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A problem and what belongs to it, as Markdown with formulas in `$`.

    `number`: as the paper counts, digits only (`3` for `第三题`), with the part before it where the
    paper counts anew in each part (`II.3`). `solution`: None where the paper has none. `answer`:
    what the paper calls the answer, as it stands there (a letter, for problems with choices); None
    where it calls nothing so. `language`: `en`, `zh`, or another code of ISO 639-1. `page`: where
    the problem begins, from 1. `confidence`: 0 to 1, that number, problem and solution belong
    together and are whole; `reasons`: what took it below 1, in words. `images`: files the problem
    or its solution refers to, as they are referred to.
    """

    number: str
    problem: str
    solution: str | None
    answer: str | None
    language: str
    page: int
    confidence: float
    reasons: tuple[str, ...]
    images: tuple[str, ...]
