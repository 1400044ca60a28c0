"""Questions about sets: all members, the least or greatest, how many, their sum."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from numina_lean.translate.rules.answer import Answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.doubts import check_distinct_roots
from numina_lean.translate.rules.evaluation import UnknownValueError, holds
from numina_lean.translate.rules.expression import (
    Collection,
    Domain,
    Expression,
    Formula,
    Items,
    Property,
    Relation,
    Symbol,
    Tally,
    conjunction,
    free_symbols,
    substitute,
    unused_name,
    walk,
)
from numina_lean.translate.rules.lean_text import LeanText
from numina_lean.translate.rules.meaning import (
    AskExtreme,
    AskOptimum,
    AskTally,
    Noun,
)
from numina_lean.translate.rules.names import lean_name
from numina_lean.translate.rules.polynomial import polynomial
from numina_lean.translate.rules.predicates import Between
from numina_lean.translate.rules.rationals import solutions_agree
from numina_lean.translate.rules.setting import Setting, Theorem


class SetQuestions(Setting):
    """Builds the theorems of questions whose answer describes a set of numbers."""

    def _set(self, noun: Noun) -> Collection:
        """The set that a question is about, its letter not among the theorem's binders."""
        letter = noun.letter
        if letter is None:
            taken = self._condition_letters() | set(self.domains)
            letter = next(name for name in "nmkxyz" if name not in taken)
        known = self.domains.pop(letter, None)
        own = [item for item in self.conditions if letter in free_symbols(item)]
        self.conditions = [item for item in self.conditions if item not in own]
        sample = [fact(Symbol(letter)) for fact in noun.facts if not isinstance(fact, Between)]
        # Not `known or …`: the natural numbers are the domain 0.
        default = known if known is not None else self._default_domain(letter, [*own, *sample])
        domain = noun.settled_domain(default)
        facts = self._facts(noun, letter, domain)
        conditions = (*own, *facts)
        _refuse_doubtful_zero(letter, conjunction(conditions))
        if not conditions:
            raise DeclineError("unparsed_text", "a set without a condition")
        if self.conditions:
            raise DeclineError("unsupported_notion", "a set that depends on other letters")
        if free_symbols(conjunction(conditions)) != {letter}:
            raise DeclineError("undefined_symbol", "a letter of which nothing is said")
        return Collection(letter, domain, conjunction(conditions))

    def _ready(
        self, members: Collection, answers: int, values: Sequence[Expression]
    ) -> tuple[Collection, LeanText]:
        """The set with ℚ for ℝ where need be and with its guards, and the printer for it."""
        field = Domain.REAL
        if self.profile == "core" and (members.domain is field or self.givens.definitions):
            expanded = [cast(Formula, item) for item in self._expanded(members.condition)]
            agrees = members.domain is not field or solutions_agree(expanded, answers)
            self._rationalize(agrees)
            if members.domain is field:
                members = replace(members, domain=Domain.RAT)
        context = self._context()
        inner = context.with_letter(members.variable, members.domain)
        guards = self._guards(inner, members.condition)
        if any(not set(free_symbols(value)) <= {members.variable} for value in values):
            raise DeclineError("answer_shape", "the answer has letters")
        condition = conjunction((*guards, members.condition))
        return replace(members, condition=condition), LeanText(self.profile, context)

    def _all(self, noun: Noun) -> Theorem:
        answer = self._needed_answer()
        members = self._set(noun)
        if answer.letters and set(answer.letters) != {members.variable}:
            raise DeclineError("answer_shape", "the answer is about another letter")
        rows = self._rows((members.variable,), Answer(answer.values))
        members, text = self._ready(members, len(set(rows)), [row[0] for row in rows])
        inner = text.inside(members.variable, members.domain)
        binder = f"∀ {lean_name(members.variable)} : {text.type_name(members.domain)}"
        condition = inner.formula(members.condition, 36)
        options = self._alternatives(inner, (members.variable,), rows)
        return Theorem(self._statement(text, f"{binder}, {condition} ↔ {options}", (), frozenset()))

    def _extreme(self, ask: AskExtreme) -> Theorem:
        answer = self._needed_answer()
        members = self._set(ask.noun)
        if answer.letters and set(answer.letters) != {members.variable}:
            raise DeclineError("answer_shape", "the answer is about another letter")
        value = self._value(answer.single())
        members, text = self._ready(members, 1, [value])
        name = members.variable
        if free_symbols(value) or isinstance(value, Items):
            raise DeclineError("answer_shape", "the answer is no number")
        inner = text.inside(name, members.domain)
        there = text.formula(cast(Formula, substitute(members.condition, name, value)), 36)
        binder = f"∀ {lean_name(name)} : {text.type_name(members.domain)}"
        sides = (Symbol(name), value) if ask.mode == "greatest" else (value, Symbol(name))
        condition = inner.formula(members.condition, 36)
        if ask.mode == "least" and members.domain is Domain.NAT:
            # The same as "every member is at least this", in the form that can be decided.
            smaller = inner.formula(Relation("<", Symbol(name), value))
            every = f"{binder}, {smaller} → ¬ {inner.formula(members.condition, 1024)}"
        else:
            every = f"{binder}, {condition} → {inner.formula(Relation('≤', *sides))}"
        return Theorem(self._statement(text, f"{there} ∧ ({every})", (), frozenset()))

    def _optimum(self, ask: AskOptimum) -> Theorem:
        """The value is taken, and nothing beyond it is."""
        answer = self._needed_answer()
        value = answer.single()
        if answer.letters or isinstance(value, Items) or free_symbols(value):
            raise DeclineError("answer_shape", "the answer is no number")
        self._settle(ask.term)
        letters = self._condition_letters() | free_symbols(ask.term)
        if not letters or not free_symbols(ask.term) or self.givens.definitions:
            raise DeclineError("unsupported_notion", "an extreme value of what does not vary")
        if self._needs_rational():
            part = polynomial(ask.term)
            self._rationalize(part is not None and part.degree == 2 and not self.conditions)
        context = self._context()
        text = LeanText(self.profile, context)
        guards = self._guards(context, *self.conditions, ask.term, value)
        conditions = (*guards, *self.conditions)
        binders = " ".join(
            f"({' '.join(names)} : {text.type_name(domain)})"
            for domain in Domain
            if (names := [lean_name(n) for n in sorted(letters) if self.domains[n] is domain])
        )
        sides = (ask.term, value) if ask.mode == "greatest" else (value, ask.term)
        premise = f"{text.formula(conjunction(conditions), 26)} → " if conditions else ""
        bound = f"∀ {binders}, {premise}{text.formula(Relation('≤', *sides))}"
        taken = text.formula(conjunction((*conditions, Relation("=", ask.term, value))))
        conclusion = f"(∃ {binders}, {taken}) ∧ ({bound})"
        return Theorem(self._statement(text, conclusion, (), frozenset(letters)))

    def _tally(self, ask: AskTally) -> Theorem:
        value = self._needed_answer().single()
        if self._needed_answer().letters or isinstance(value, Items):
            raise DeclineError("answer_shape", "no number where a number is asked for")
        members = self._set(ask.noun)
        if ask.kind != "count" and members.domain > Domain.INT:
            check_distinct_roots(members)
        members, text = self._ready(members, 0, [value])
        if free_symbols(value):
            raise DeclineError("answer_shape", "the answer has letters")
        tally = Tally(ask.kind, members)
        bounds = text.bounds(members)
        if bounds is not None and self.profile == "core":
            claim = Relation("=", tally, value)
            statement = self._statement(text, text.formula(claim), (), frozenset())
            return Theorem(statement, claim)
        return Theorem(self._statement(text, self._listing(text, tally, value), (), frozenset()))

    def _listing(self, text: LeanText, tally: Tally, value: Expression) -> str:
        """That a finite list (or set) holds just the members and comes to the value."""
        members = tally.collection
        inner = text.inside(members.variable, members.domain)
        name, kind = lean_name(members.variable), text.type_name(members.domain)
        condition = inner.formula(members.condition, 21)
        own = Domain.NAT if tally.kind == "count" else members.domain
        total = text.expression(value, own, 51, bare=True)
        if self.profile == "mathlib":
            s = unused_name("s", members.condition, Symbol(members.variable))
            body = {"count": f"{s}.card", "sum": f"∑ a ∈ {s}, a", "product": f"∏ a ∈ {s}, a"}
            every = f"(∀ {name} : {kind}, {name} ∈ {s} ↔ {condition})"
            return f"∃ {s} : Finset {kind}, {every} ∧ {body[tally.kind]} = {total}"
        found = unused_name("l", members.condition, Symbol(members.variable))
        body = {
            "count": f"{found}.length",
            "sum": f"{found}.sum",
            "product": f"{found}.foldl (· * ·) 1",
        }
        return (
            f"∃ {found} : List {kind}, {found}.Nodup ∧ "
            f"(∀ {name} : {kind}, {name} ∈ {found} ↔ {condition}) ∧ {body[tally.kind]} = {total}"
        )


def _refuse_doubtful_zero(letter: str, condition: Formula) -> None:
    """Decline where 0 counts as a square, a palindrome, a multiple: English may not mean it."""
    kinds = {node.name for node in walk(condition) if isinstance(node, Property)}
    if not kinds & {"power", "palindrome", "divides"}:
        return
    try:
        counts = holds(condition, {letter: Fraction(0)})
    except UnknownValueError:
        return
    if counts:
        raise DeclineError("ambiguous", "whether 0 counts")
