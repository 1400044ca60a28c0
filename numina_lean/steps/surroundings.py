"""What the text around a false equality says of it: whether it is claimed at all, and in which
arithmetic. Asked only where an equality is false as it stands, so that a doubt costs no step that
holds.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from numina_lean.steps.step import Step, Unread

_SUPPOSED = re.compile(
    r"contradict|impossib|not possible|no (?:real |integer |such )?solution|absurd|never|cannot|can't"
    r"|can not|\bnot\b|n't\b|fails?\b|\bfalse\b|suppos|assum|\bif\b|\bunless\b|instead|\btr(?:y|ies|ying)\b"
    r"|incorrect|\bwrong\b|mistake|\bguess|\btest|\bcheck|extraneous|invalid|reject|\bwould\b|\bwhether\b"
    r"|\?|\\neq?\b|\\stackrel|hypothe|\bverify|\bclaim|\\not\b|inconsisten|\bno\b|nonsens",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\bbases? ?-?(?:\$|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|[a-z]\b|\\)"
    r"|\bin base\b|_\{?\d+\}?\s*(?:\$|[-+=])|\bbinary\b|\bhexadecimal|\boctal|\bmod(?:ulo|ulus)?\b|\\[pb]?mod\b"
    r"|remainder|\bclock|o'clock|\bvector|matri[xc]|cipher|crypt|\bdigits?\b.*\bblank|\bblank\b|carry|\bcarried",
    re.IGNORECASE | re.DOTALL,
)
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

    def doubt(self, step: Step) -> Unread | None:
        """Why the false `step` may be no error; None where nothing speaks for it."""
        if self._other_arithmetic:
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
