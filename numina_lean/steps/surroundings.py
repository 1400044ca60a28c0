"""What the text around a false equality says of it: whether it is claimed at all, and in which
arithmetic. Asked only where an equality is false as it stands, so that a doubt costs no step that
holds.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from numina_lean.steps.step import Step, Unread

_SUPPOSITIONS = (
    "contradict", "impossib", "not possible", "absurd", "nonsens", "inconsisten", "hypothe",
    "suppos", "assum",
    "extraneous", "invalid", "reject", "incorrect", "mistake", r"\bfails?\b", r"\bfalse\b",
    r"\bwrong\b", r"\bif\b", r"\bunless\b", "instead", r"\btr(?:y|ies|ying)\b", r"\bguess",
    r"\btest", r"\bcheck", r"\bverify", r"\bclaim", r"\bwould\b", r"\bwhether\b", "never",
    "cannot", "can't", r"\bnot?\b", r"n't\b", r"\?", r"\\neq?\b", r"\\not\b", r"\\stackrel",
)  # fmt: skip
"""What says that something is not claimed, as regular expressions."""
_OTHER_ARITHMETICS = (
    r"\bbases?[ -]*\$?(?:\d|[a-z]\b|two|three|four|five|six|seven|eight|nine|eleven|twelve)",
    r"\bin base\b", r"\d_\{?\d", r"\bbinary\b", r"\bhexadecimal", r"\boctal",
    r"\bmod(?:ulo|ulus)?\b", r"\\[pb]?mod\b", "remainder", r"\bclock", "o'clock", r"\bvector",
    "matri[xc]", "cipher", "crypt", r"\bblanks?\b", r"\bcarr(?:y|ied)\b",
)  # fmt: skip
"""What tells of bases, residues, vectors, or digits written one beside the other."""
_SUPPOSED = re.compile("|".join(_SUPPOSITIONS), re.IGNORECASE)
_OTHER = re.compile("|".join(_OTHER_ARITHMETICS), re.IGNORECASE)
_OWN_OPERATION = re.compile(
    r"[a-zA-Z]\s*(?:\*|\\ast|\\star|@|\\#|#|\\&|\\oplus|\\otimes|\\circ|\\diamond|\\odot)\s*[a-zA-Z]\b"
)
_SENTENCE_END = re.compile(r"[.!?](?=[\s$\\]|\Z)|\n\s*\n|\n(?=[A-Z])")
_REACH = 300


@dataclass(frozen=True)
class Surroundings:
    """The problem and the solution that a step stands in."""

    problem: str
    solution: str

    def doubt(self, step: Step, *, residues: bool = False) -> Unread | None:
        """Why the false `step` may be no error; None where nothing speaks for it.

        `residues`: it is a congruence and names its modulus, so that it needs no other arithmetic.
        """
        if self._other_arithmetic and not residues:
            return "other_arithmetic"
        if _SUPPOSED.search(self._sentences(step)):
            return "supposed"
        return None

    @cached_property
    def _other_arithmetic(self) -> bool:
        text = f"{self.problem}\n{self.solution}"
        return bool(_OTHER.search(text) or _OWN_OPERATION.search(text))

    def _sentences(self, step: Step) -> str:
        """The sentence of the step, and the one after it, where it may be taken back."""
        before = self.solution[max(0, step.start - _REACH) : step.start]
        after = self.solution[step.end : step.end + _REACH]
        ends = [match.end() for match in _SENTENCE_END.finditer(before)]
        stops = [match.end() for match in _SENTENCE_END.finditer(after)]
        stop = stops[min(1, len(stops) - 1)] if stops else len(after)
        return f"{before[ends[-1] if ends else 0 :]} … {after[:stop]}"
