"""What a theorem is built on: letters with their domains, conditions, answer, printer."""

from collections.abc import Sequence
from dataclasses import dataclass

from numina_lean.translate.rules.answer import Answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.definitions import expand, in_order
from numina_lean.translate.rules.domains import Context, Function, value_conditions
from numina_lean.translate.rules.evaluation import UnknownValueError, holds, known_value
from numina_lean.translate.rules.expression import (
    Apply,
    Call,
    Domain,
    Expression,
    Formula,
    Items,
    Node,
    Number,
    Property,
    Relation,
    Symbol,
    free_symbols,
    number,
    walk,
)
from numina_lean.translate.rules.lean_text import LeanText
from numina_lean.translate.rules.meaning import (
    AskProof,
    AskTerm,
    Definition,
    Fact,
    Givens,
    Noun,
    Reading,
)
from numina_lean.translate.rules.names import lean_name, theorem_name
from numina_lean.translate.rules.predicates import Between
from numina_lean.translate.statement import Profile, Statement

HEADERS: dict[Profile, str] = {
    "core": "import NuminaLean.Prelude\n\nset_option autoImplicit false\n",
    "mathlib": (
        "import Mathlib\n\nset_option maxHeartbeats 400000\nset_option autoImplicit false\n\n"
        "open BigOperators\n"
    ),
}


@dataclass(frozen=True)
class Theorem:
    """A statement before it is printed, with the formula that a check by calculation needs.

    `closed` is the claim where it has no letters (so that its truth can be calculated).
    """

    statement: Statement
    closed: Formula | None = None


class Setting:
    """A reading with its answer for one profile; the questions build theorems on it.

    Letters get their domains and the conditions their place here. Raises `DeclineError`.
    """

    def __init__(
        self, problem_id: str, reading: Reading, answer: Answer | None, profile: Profile
    ) -> None:
        self.problem_id = problem_id
        self.givens: Givens = reading.givens
        self.ask = reading.ask
        self.base = reading.base
        self.answer = answer
        self.profile = profile
        self.domains: dict[str, Domain] = {}
        self.conditions: list[Formula] = []

    def _declare(self) -> None:
        parameters = {name for item in self.givens.definitions for name in item.parameters}
        for name, noun in self.givens.nouns:
            if name in self.domains:
                raise DeclineError("ambiguous", f"{name} is introduced twice")
            domain = noun.settled_domain(Domain.REAL)
            self.domains[name] = domain
            facts = self._facts(noun, name, domain)
            if name in parameters and facts:
                raise DeclineError("unsupported_notion", "a function on part of a domain")
            self.conditions += facts
        self.conditions += self.givens.formulas
        stated = {name for item in self.givens.formulas for name in free_symbols(item)}
        if stated & set(self.givens.universal):
            raise DeclineError("unsupported_notion", "a condition for all of some numbers")

    def _facts(self, noun: Noun, letter: str, domain: Domain) -> tuple[Formula, ...]:
        """What `noun` says of `letter`, ranges without stated ends checked not to matter."""
        loose = [fact for fact in noun.facts if isinstance(fact, Between)]
        firm: list[Fact] = [fact for fact in noun.facts if not isinstance(fact, Between)]
        for between in loose:
            self._check_ends(between, firm, domain)
        return tuple(fact(Symbol(letter)) for fact in firm) + tuple(
            fact.strictly(Symbol(letter)) for fact in loose
        )

    def _check_ends(self, between: Between, firm: list[Fact], domain: Domain) -> None:
        for end in (between.low, between.high):
            value = known_value(end)
            if value is None or domain > Domain.INT:
                raise DeclineError("ambiguous", "whether the ends of a range count")
            if value.denominator != 1:
                continue
            try:
                outside = any(not holds(fact(Number(value))) for fact in firm)
            except UnknownValueError:
                outside = False
            if not outside:
                raise DeclineError("ambiguous", "whether the ends of a range count")

    def _default_domain(self, letter: str, nodes: Sequence[Node]) -> Domain:
        """The domain of a letter that the text does not introduce: real, unless a notion of
        integers is applied to it directly."""
        for node in nodes:
            for part in walk(node):
                match part:
                    case Property("integer", (Symbol(name),)) if name == letter:
                        raise DeclineError("domain_unclear", f"what {letter} is")
                    case Property("congruent" | "divides", args) if any(
                        letter in free_symbols(arg) for arg in args
                    ):
                        return Domain.INT
                    case Apply("of_digits", (Symbol(name), *_)) if name == letter:
                        return Domain.NAT
                    case Apply("factorial" | "binomial" | "gcd" | "lcm", args) if any(
                        letter in free_symbols(arg) for arg in args
                    ):
                        raise DeclineError("domain_unclear", f"what {letter} is")
        return Domain.REAL

    def _settle(self, *nodes: Node) -> None:
        """Give every free letter of the conditions and of `nodes` a domain."""
        everything = [*self.conditions, *nodes]
        for node in everything:
            for letter in sorted(free_symbols(node)):
                if letter not in self.domains:
                    self.domains[letter] = self._default_domain(letter, everything)

    def _needs_rational(self) -> bool:
        """Whether core Lean has to put ℚ for ℝ."""
        names = [name for item in self.givens.definitions for name in item.parameters]
        parameters = any(self.domains.get(name, Domain.REAL) is Domain.REAL for name in names)
        real = any(domain is Domain.REAL for domain in self.domains.values())
        return self.profile == "core" and (real or parameters)

    def _rationalize(self, agrees: bool) -> None:
        if not agrees:
            raise DeclineError("not_in_profile", "real numbers need mathlib")
        for name, domain in self.domains.items():
            if domain is Domain.REAL:
                self.domains[name] = Domain.RAT

    def _context(self) -> Context:
        functions: dict[str, Function] = {}
        field = Domain.RAT if self.profile == "core" else Domain.REAL
        for item in self.givens.definitions:
            if item.name in functions:
                raise DeclineError("ambiguous", f"{item.name} is defined twice")
            domains = {self.domains.get(name, field) for name in item.parameters}
            if domains - {field, Domain.REAL}:
                raise DeclineError("unsupported_notion", "a function on integers alone")
            functions[item.name] = Function(item.parameters, item.body, field)
        return Context(self.domains, functions)

    def _expanded(self, *nodes: Node) -> list[Node]:
        return [expand(node, self.givens.definitions) for node in nodes]

    def _guards(self, context: Context, *nodes: Node) -> list[Formula]:
        """Conditions for the parts of `nodes` to have values, called functions included."""
        found: list[Formula] = []
        for node in nodes:
            for condition in value_conditions(expand(node, self.givens.definitions), context):
                if condition not in found and condition not in self.conditions:
                    found.append(condition)
        return found

    def _statement(
        self, text: LeanText, conclusion: str, hypotheses: Sequence[Formula], bound: frozenset[str]
    ) -> Statement:
        """The statement, with the letters outside `bound` and the functions as binders."""
        binders: list[str] = []
        parameters = {name for item in self.givens.definitions for name in item.parameters}
        used = {name for item in hypotheses for name in free_symbols(item)} | self._asked_letters()
        for domain in Domain:
            names = [
                lean_name(name)
                for name, own in self.domains.items()
                if own is domain and name not in bound and (name not in parameters or name in used)
            ]
            if names:
                binders.append(f"({' '.join(names)} : {text.type_name(domain)})")
        named = [*self.domains, *(item.name for item in self.givens.definitions)]
        if len({lean_name(name) for name in named}) < len(named):
            raise DeclineError("ambiguous", "two letters with one name")
        for item in in_order(self.givens.definitions):
            binders += self._definition_binders(text, item)
        for place, formula in enumerate(hypotheses, 1):
            binders.append(f"(h{place} : {text.formula(formula)})")
        name = theorem_name(self.problem_id)
        return Statement(name, HEADERS[self.profile], tuple(binders), conclusion)

    def _asked_letters(self) -> set[str]:
        nodes: list[Node] = list(self.answer.values) if self.answer else []
        if isinstance(self.ask, AskTerm):
            nodes.append(self.ask.term)
        if isinstance(self.ask, AskProof):
            nodes += self.ask.claims
        return {name for node in nodes for name in free_symbols(node)}

    def _definition_binders(self, text: LeanText, item: Definition) -> list[str]:
        field = text.context.functions[item.name].domain
        type_name = text.type_name(field)
        inner = text
        for name in item.parameters:
            inner = inner.inside(name, field)
        extra = free_symbols(item.body) - set(item.parameters) - set(self.domains)
        if extra:
            raise DeclineError("undefined_symbol", f"the letter {min(extra)}")
        call = Call(item.name, tuple(Symbol(name) for name in item.parameters))
        equation = inner.formula(Relation("=", call, item.body))
        guards = value_conditions(expand(item.body, self.givens.definitions), inner.context)
        premises = "".join(f"{inner.formula(guard, 26)} → " for guard in guards)
        letters = " ".join(lean_name(name) for name in item.parameters)
        arrow = " → ".join([type_name] * (len(item.parameters) + 1))
        name = lean_name(item.name)
        return [
            f"({name} : {arrow})",
            f"(h{name} : ∀ {letters} : {type_name}, {premises}{equation})",
        ]

    def _named(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.givens.nouns)

    def _condition_letters(self) -> set[str]:
        return {name for item in self.conditions for name in free_symbols(item)}

    def _needed_answer(self) -> Answer:
        if self.answer is None:
            raise DeclineError("no_answer", "the problem has no reference answer")
        return self.answer

    def _value(self, answer: Expression) -> Expression:
        """The answer, read in the base that the question asks for."""
        if self.base is None or self.base == 10:
            return answer
        match answer:
            case Apply("of_digits", (Number(base), *_)) if base == self.base:
                return answer
            case Number(value) if value.denominator == 1 and value >= 0:
                digits = [int(digit) for digit in str(int(value))]
                if all(digit < self.base for digit in digits):
                    listed = (number(digit) for digit in digits)
                    return Apply("of_digits", (number(self.base), *listed))
        raise DeclineError("answer_shape", f"no numeral in base {self.base}")

    def _rows(self, letters: tuple[str, ...], answer: Answer) -> tuple[tuple[Expression, ...], ...]:
        """The answer as one value a letter, for each solution."""
        rows: list[tuple[Expression, ...]] = []
        for value in answer.values:
            row = value.items if isinstance(value, Items) else (value,)
            rows.append(tuple(self._value(part) for part in row))
        if len(letters) > 1 and len(answer.values) == len(letters) and answer.letters == letters:
            rows = [tuple(part for row in rows for part in row)]
        if any(len(row) != len(letters) or any(free_symbols(v) for v in row) for row in rows):
            raise DeclineError("answer_shape", "the answer does not fit the letters asked for")
        return tuple(rows)

    def _alternatives(
        self, text: LeanText, letters: tuple[str, ...], rows: Sequence[tuple[Expression, ...]]
    ) -> str:
        options = []
        for row in rows:
            pairs = [
                text.formula(Relation("=", Symbol(letter), value), 36)
                for letter, value in zip(letters, row, strict=True)
            ]
            options.append(" ∧ ".join(pairs))
        if len(options) == 1:
            return f"({options[0]})" if len(letters) > 1 else options[0]
        joined = (f"({option})" if len(letters) > 1 else option for option in options)
        return f"({' ∨ '.join(joined)})"
