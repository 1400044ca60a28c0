"""The `rules` translator: from a problem to one statement, or to the reason why there is none.

Needs no model and no network, and never guesses: every word of the problem is part of the
reading, all readings must come to the same statement, and the reference answer is its conclusion.
"""

from functools import cached_property
from hashlib import sha256
from importlib.resources import files

from numina_lean.problems.problem import Problem
from numina_lean.translate.rules.answer import read_answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.meaning import AskProof
from numina_lean.translate.rules.reading import readings
from numina_lean.translate.rules.setting import Theorem
from numina_lean.translate.rules.theorem import build_theorem
from numina_lean.translate.statement import Profile
from numina_lean.translate.translator import Candidate, Declined

_MAX_CHARACTERS = 2000


def theorem_for(problem: Problem, profile: Profile) -> Theorem:
    """The theorem that `problem` states; raises `DeclineError`."""
    text = problem.problem
    if len(text) > _MAX_CHARACTERS:
        raise DeclineError("too_long", f"{len(text)} characters")
    if "[asy]" in text or "\\includegraphics" in text:
        raise DeclineError("figure", "the problem has a figure")
    if problem.question_type == "MCQ" or "\\textbf{(A)" in text or "\\text{(A)" in text:
        raise DeclineError("multiple_choice", "the answer is a choice")
    found = readings(text)
    proof = all(isinstance(reading.ask, AskProof) for reading in found)
    answer = None if proof else read_answer(problem.answer)
    theorems: dict[str, Theorem] = {}
    failure: DeclineError | None = None
    for reading in found:
        try:
            theorem = build_theorem(problem.id, reading, answer, profile)
        except DeclineError as error:
            failure = error
        else:
            theorems[theorem.statement.source()] = theorem
    if len(theorems) > 1:
        raise DeclineError("ambiguous", f"{len(theorems)} readings that differ")
    if not theorems:
        raise failure or DeclineError("unparsed_text", "no reading")
    return next(iter(theorems.values()))


class RulesTranslator:
    """A `Translator` by grammar. Deterministic: there is at most one sample."""

    @property
    def name(self) -> str:
        return "rules"

    @cached_property
    def version(self) -> str:
        """What identifies the rules: a digest of the grammars and of the code that reads them."""
        parts = sorted(files("numina_lean.translate.rules").iterdir(), key=lambda part: part.name)
        texts = [part.read_bytes() for part in parts if part.name.endswith((".py", ".lark"))]
        return f"rules-{sha256(b''.join(texts)).hexdigest()[:16]}"

    def translate(
        self, problem: Problem, *, profile: Profile, samples: int
    ) -> tuple[Candidate, ...] | Declined:
        """One candidate, or the reason why there is none. Raises on no text."""
        try:
            theorem = theorem_for(problem, profile)
        except DeclineError as error:
            return Declined(problem.id, error.reason, error.detail)
        except RecursionError:
            return Declined(problem.id, "too_long", "nested too deeply")
        return (Candidate(problem.id, 0, theorem.statement, self.version),)
