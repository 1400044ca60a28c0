"""Which answers count as one: the key that a vote counts by."""

from numina_lean.answers.equality import equal
from numina_lean.answers.integer import integer
from numina_lean.solve.procedure import Procedure


class Classes:
    """Names the class of each answer of one problem; not thread-safe.

    In integer mode the integer itself, modulo the modulus, where the answer is one. In general mode
    the first answer that was found equal to it: so the order of the calls may matter where equality
    is not transitive, and callers keep to the order of the samples.
    """

    def __init__(self, procedure: Procedure) -> None:
        self._procedure = procedure
        self._keys: dict[str, str | None] = {}
        self._firsts: list[str] = []

    def __call__(self, answer: str) -> str | None:
        """The class's name; None for what is no answer in this mode. Never raises."""
        if answer not in self._keys:
            self._keys[answer] = self._key(answer)
        return self._keys[answer]

    def _key(self, answer: str) -> str | None:
        if self._procedure.answer_mode == "integer":
            value = integer(answer)
            if value is None or (self._procedure.modulus is not None and value < 0):
                return None
            return str(
                value if self._procedure.modulus is None else value % self._procedure.modulus
            )
        if not answer.strip():
            return None
        for first in self._firsts:
            if equal(first, answer):
                return first
        self._firsts.append(answer)
        return answer
