"""From a reading and its answer to a Lean statement for one profile."""

from collections.abc import Sequence
from typing import cast

from numina_lean.translate.rules.answer import Answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.definitions import expand
from numina_lean.translate.rules.doubts import check_determined, imaginary_unit
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Domain,
    Expression,
    Formula,
    Items,
    Number,
    Property,
    Relation,
    Symbol,
    conjunction,
    free_symbols,
    number,
)
from numina_lean.translate.rules.lean_text import LeanText
from numina_lean.translate.rules.meaning import (
    AskAll,
    AskExtreme,
    AskLetters,
    AskOptimum,
    AskProof,
    AskTally,
    AskTerm,
    Reading,
)
from numina_lean.translate.rules.rationals import solutions_agree, term_agrees
from numina_lean.translate.rules.sets import SetQuestions
from numina_lean.translate.rules.setting import Theorem
from numina_lean.translate.statement import Profile


def build_theorem(
    problem_id: str, reading: Reading, answer: Answer | None, profile: Profile
) -> Theorem:
    """The theorem that `reading` with `answer` comes to; raises `DeclineError`."""
    reading, answer = imaginary_unit(reading, answer)
    return _Builder(problem_id, reading, answer, profile).build()


class _Builder(SetQuestions):
    """Chooses the theorem that a question calls for, and builds those about terms and letters."""

    def build(self) -> Theorem:
        if isinstance(self.ask, AskProof):
            self.givens += self.ask.givens
        if self.givens.extremes:
            raise DeclineError("unsupported_notion", "a number given as the least or greatest")
        if self.base not in (None, 10) and isinstance(self.ask, AskTally | AskAll | AskOptimum):
            raise DeclineError("unsupported_notion", "such an answer in another base")
        self._declare()
        match self.ask:
            case AskTerm():
                return self._term(self.ask)
            case AskTally():
                return self._tally(self.ask)
            case AskAll():
                return self._all(self.ask.noun)
            case AskExtreme():
                return self._extreme(self.ask)
            case AskOptimum():
                return self._optimum(self.ask)
            case AskLetters():
                return self._letters(self.ask.letters)
            case AskProof():
                return self._proof(self.ask)
        raise DeclineError("unparsed_text", "nothing is asked")

    def _term(self, ask: AskTerm) -> Theorem:
        answer = self._needed_answer()
        if isinstance(ask.term, Symbol) and not answer.letters and not self.givens.definitions:
            return self._letters((ask.term.name,))
        if answer.letters:
            raise DeclineError("answer_shape", "an equation where a value is asked for")
        if isinstance(ask.term, Items):
            return self._letters(_letters_of(ask.term))
        value = self._value(answer.single())
        if isinstance(value, Items):
            raise DeclineError("answer_shape", "a tuple where a value is asked for")
        inverse = _inverse_claim(ask.term, value)
        if inverse is not None and not self.conditions:
            text = LeanText(self.profile, self._context())
            statement = self._statement(text, text.formula(inverse), (), frozenset())
            return Theorem(statement, inverse)
        if value == ask.term:
            raise DeclineError("answer_shape", "the answer repeats the question")
        check_determined(self.conditions, free_symbols(ask.term), self._named())
        self._settle(ask.term, value)
        if free_symbols(value) - free_symbols(ask.term) - self._condition_letters():
            raise DeclineError("answer_shape", "the answer has letters of its own")
        if self._needs_rational():
            conditions = [cast(Formula, item) for item in self._expanded(*self.conditions)]
            terms = [cast(Expression, item) for item in self._expanded(ask.term, value)]
            closed = not self.conditions and not any(free_symbols(term) for term in terms)
            self._rationalize(closed or term_agrees(conditions, *terms))
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, *self.conditions, ask.term, value)
        claim = Relation("=", ask.term, value)
        statement = self._statement(
            text, text.formula(claim), [*guards, *self.conditions], frozenset()
        )
        expanded = cast(Formula, expand(claim, self.givens.definitions))
        closed_claim = None if free_symbols(expanded) or self.conditions else expanded
        return Theorem(statement, closed_claim)

    def _letters(self, letters: tuple[str, ...]) -> Theorem:
        """All values of `letters` for which the conditions hold, or one that they force."""
        answer = self._needed_answer()
        if answer.letters and answer.letters != letters:
            if set(answer.letters) == {letters[0]} and len(letters) == 1:
                pass
            else:
                raise DeclineError("answer_shape", "the answer is about other letters")
        self._settle(*(Symbol(letter) for letter in letters))
        free = self._condition_letters()
        if not set(letters) <= free:
            raise DeclineError("unparsed_text", "nothing is said of the letter that is asked for")
        rows = self._rows(letters, answer)
        match self.conditions:
            case [Property("congruent", (_, _, modulus)) as congruence] if len(letters) == 1:
                return self._residues(letters[0], congruence, modulus, rows)
        if free != set(letters):
            return self._forced(letters, rows)
        if self._needs_rational():
            conditions = [cast(Formula, item) for item in self._expanded(*self.conditions)]
            self._rationalize(solutions_agree(conditions, len(set(rows))))
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, *self.conditions, *(v for row in rows for v in row))
        condition = conjunction((*guards, *self.conditions))
        conclusion = f"{text.formula(condition, 36)} ↔ {self._alternatives(text, letters, rows)}"
        return Theorem(self._statement(text, conclusion, (), frozenset()))

    def _residues(
        self,
        letter: str,
        congruence: Property,
        modulus: Expression,
        rows: Sequence[tuple[Expression, ...]],
    ) -> Theorem:
        """The solutions of a congruence in all integers are residue classes."""
        if self.domains[letter] is not Domain.INT or free_symbols(congruence) != {letter}:
            raise DeclineError("domain_unclear", "a congruence that is not about an integer")
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, congruence)
        if guards:
            raise DeclineError("unsupported_notion", "a congruence with a condition")
        options = [
            text.formula(Property("congruent", (Symbol(letter), row[0], modulus)), 31)
            for row in rows
        ]
        condition = text.formula(congruence, 31)
        joined = options[0] if len(options) == 1 else f"({' ∨ '.join(options)})"
        conclusion = f"{condition} ↔ {joined}"
        return Theorem(self._statement(text, conclusion, (), frozenset()))

    def _forced(self, letters: tuple[str, ...], rows: Sequence[tuple[Expression, ...]]) -> Theorem:
        """Other letters are left open: the conditions force the one value of those asked for."""
        check_determined(self.conditions, frozenset(letters), self._named())
        if len(rows) != 1:
            raise DeclineError("answer_shape", "several values where the conditions force one")
        terms: list[Expression] = [Symbol(letter) for letter in letters]
        if self._needs_rational():
            conditions = [cast(Formula, item) for item in self._expanded(*self.conditions)]
            self._rationalize(term_agrees(conditions, *terms, *rows[0]))
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, *self.conditions)
        conclusion = self._alternatives(text, letters, rows)
        return Theorem(self._statement(text, conclusion, [*guards, *self.conditions], frozenset()))

    def _proof(self, ask: AskProof) -> Theorem:
        self._settle(*ask.claims)
        if self._needs_rational():
            relations = [item for item in ask.claims if isinstance(item, Relation)]
            agrees = len(relations) == len(ask.claims) and all(
                item.name == "=" and term_agrees(self.conditions, item.left, item.right)
                for item in relations
            )
            self._rationalize(agrees)
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, *self.conditions, *ask.claims)
        claim = conjunction(ask.claims)
        hypotheses = [*guards, *self.conditions]
        return Theorem(self._statement(text, text.formula(claim), hypotheses, frozenset()))


def _inverse_claim(term: Expression, value: Expression) -> Formula | None:
    """That `value` is the inverse modulo m which `term` asks for, the one from 0 to m - 1."""
    match term:
        case Apply("mod", (Apply("pow", (base, Apply("neg", (Number(one),)))), modulus)):
            if one == 1 and not free_symbols(term) | free_symbols(value):
                product = Apply("mul", (base, value))
                return And(
                    (
                        Property("congruent", (product, number(1), modulus)),
                        Relation("≤", number(0), value),
                        Relation("<", value, modulus),
                    )
                )
    return None


def _letters_of(term: Items) -> tuple[str, ...]:
    if not all(isinstance(item, Symbol) for item in term.items):
        raise DeclineError("unsupported_notion", "a tuple of terms")
    return tuple(item.name for item in term.items if isinstance(item, Symbol))
