"""From a reading and its answer to a Lean statement for one profile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from numina_lean.translate.rules.answer import Answer
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.domains import Context, Function, value_conditions
from numina_lean.translate.rules.evaluation import UnknownValueError, holds, known_value
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Call,
    Collection,
    Domain,
    Expression,
    Formula,
    Items,
    Node,
    Number,
    Property,
    Relation,
    Symbol,
    Tally,
    conjunction,
    free_symbols,
    number,
    substitute,
    walk,
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
    Definition,
    Fact,
    Givens,
    Noun,
    Reading,
)
from numina_lean.translate.rules.names import lean_name, theorem_name
from numina_lean.translate.rules.nouns import Between
from numina_lean.translate.rules.polynomial import polynomial
from numina_lean.translate.rules.rationals import solutions_agree, term_agrees
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


def build_theorem(
    problem_id: str, reading: Reading, answer: Answer | None, profile: Profile
) -> Theorem:
    """The theorem that `reading` with `answer` comes to; raises `DeclineError`."""
    reading, answer = _imaginary(reading, answer)
    return _Builder(problem_id, reading, answer, profile).build()


def _imaginary(reading: Reading, answer: Answer | None) -> tuple[Reading, Answer | None]:
    """The letter `i`, where the problem says nothing else of it, is the imaginary unit.

    Conditions that have it would be about complex numbers: they are declined, and so is a letter
    `e` of which nothing is said.
    """
    givens, ask = reading.givens, reading.ask
    named = {name for name, _ in givens.nouns} | {
        name for definition in givens.definitions for name in definition.parameters
    }
    asked = set(ask.letters) if isinstance(ask, AskLetters) else set()
    bodies: list[Node] = [definition.body for definition in givens.definitions]
    if isinstance(ask, AskTerm):
        bodies.append(ask.term)
    unit = Relation("=", Apply("pow", (Symbol("i"), number(2))), Apply("neg", (number(1),)))
    formulas = tuple(item for item in givens.formulas if item != unit)
    used = {name for node in (*formulas, *bodies) for name in free_symbols(node)}
    if "e" in used - named - asked:
        raise DeclineError("ambiguous", "whether e is Euler's number")
    if "i" in named | asked or "i" not in used:
        return reading, answer
    conditions: list[Node] = [*formulas, *bodies[: len(givens.definitions)]]
    if any("i" in free_symbols(node) for node in conditions) or not isinstance(ask, AskTerm):
        raise DeclineError("unsupported_notion", "conditions on complex numbers")
    imaginary = Apply("i")
    term = cast(Expression, substitute(ask.term, "i", imaginary))
    values = answer and replace(
        answer,
        values=tuple(cast(Expression, substitute(v, "i", imaginary)) for v in answer.values),
    )
    changed = Reading(replace(givens, formulas=formulas), replace(ask, term=term), reading.base)
    return changed, values


def _expand(node: Node, definitions: Sequence[Definition]) -> Node:
    """`node` with every call replaced by the defined body; leaves unknown calls."""
    table = {definition.name: definition for definition in definitions}

    def visit(part: Node, depth: int) -> Node:
        if isinstance(part, Call) and part.name in table and depth < 12:
            definition = table[part.name]
            args = [visit(arg, depth) for arg in part.args]
            if len(args) != len(definition.parameters):
                raise DeclineError("unparsed_text", "a function with the wrong number of arguments")
            body: Node = definition.body
            fresh = [f"{name}_arg" for name in definition.parameters]
            for name, temporary in zip(definition.parameters, fresh, strict=True):
                body = substitute(body, name, Symbol(temporary))
            for temporary, arg in zip(fresh, args, strict=True):
                body = substitute(body, temporary, cast(Expression, arg))
            return visit(body, depth + 1)
        if isinstance(part, Apply | Call):
            return replace(
                part, args=tuple(cast(Expression, visit(arg, depth)) for arg in part.args)
            )
        if isinstance(part, Relation):
            left, right = visit(part.left, depth), visit(part.right, depth)
            return Relation(part.name, cast(Expression, left), cast(Expression, right))
        return part

    return visit(node, 0)


class _Builder:
    """One theorem in the making: letters are settled, then conditions, then the conclusion."""

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

    def build(self) -> Theorem:
        if isinstance(self.ask, AskProof):
            self.givens += self.ask.givens
        if self.givens.extremes:
            raise DeclineError("unsupported_notion", "a number given as the least or greatest")
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

    # Letters and conditions

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
        return [_expand(node, self.givens.definitions) for node in nodes]

    def _guards(self, context: Context, *nodes: Node) -> list[Formula]:
        """Conditions for the parts of `nodes` to have values, called functions included."""
        found: list[Formula] = []
        for node in nodes:
            for condition in value_conditions(_expand(node, self.givens.definitions), context):
                if condition not in found and condition not in self.conditions:
                    found.append(condition)
        return found

    # Printing

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
        for item in _in_order(self.givens.definitions):
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
        guards = value_conditions(_expand(item.body, self.givens.definitions), inner.context)
        premises = "".join(f"{inner.formula(guard, 26)} → " for guard in guards)
        letters = " ".join(lean_name(name) for name in item.parameters)
        arrow = " → ".join([type_name] * (len(item.parameters) + 1))
        name = lean_name(item.name)
        return [
            f"({name} : {arrow})",
            f"(h{name} : ∀ {letters} : {type_name}, {premises}{equation})",
        ]

    # Conclusions

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
        self._check_determined(free_symbols(ask.term))
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
        expanded = cast(Formula, _expand(claim, self.givens.definitions))
        closed_claim = None if free_symbols(expanded) or self.conditions else expanded
        return Theorem(statement, closed_claim)

    def _check_determined(self, asked: frozenset[str]) -> None:
        """Letters that are neither asked for nor introduced must be eliminated by equations.

        In "the product of x + a and x + 2 is x² + 5x + 6; find a" the equation is meant for all
        x: an identity, which a hypothesis on one x is not.
        """
        named = {name for name, _ in self.givens.nouns}
        spare = self._condition_letters() - asked - named
        equations = _equations(self.conditions)
        if spare and len(equations) <= len(spare):
            raise DeclineError("ambiguous", "whether an equation is meant for one value or all")
        exponents = {
            name
            for item in equations
            for part in walk(item)
            if isinstance(part, Apply) and part.function == "pow"
            for name in free_symbols(part.args[1])
        }
        if exponents - named and len(equations) < len(self._condition_letters()):
            raise DeclineError("domain_unclear", "whether exponents are integers")
        if len(self.conditions) == len(equations) == 1 and len(self._condition_letters()) == 1:
            self._check_real_roots(equations[0])

    def _check_real_roots(self, equation: Formula) -> None:
        """A quadratic equation without real roots is about complex numbers."""
        if not isinstance(equation, Relation):
            return
        part = polynomial(Apply("sub", (equation.left, equation.right)))
        if part is None or part.degree != 2:
            return
        (letter,) = free_symbols(equation)
        a, b, c = (part.coefficient(letter, power) for power in (2, 1, 0))
        if b * b < 4 * a * c:
            raise DeclineError("domain_unclear", "an equation without real solutions")

    def _condition_letters(self) -> set[str]:
        return {name for item in self.conditions for name in free_symbols(item)}

    def _needed_answer(self) -> Answer:
        if self.answer is None:
            raise DeclineError("no_answer", "the problem has no reference answer")
        return self.answer

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

    def _forced(self, letters: tuple[str, ...], rows: Sequence[tuple[Expression, ...]]) -> Theorem:
        """Other letters are left open: the conditions force the one value of those asked for."""
        self._check_determined(frozenset(letters))
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
        default = known or self._default_domain(letter, [*own, *sample])
        domain = noun.settled_domain(default)
        facts = self._facts(noun, letter, domain)
        conditions = (*own, *facts)
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
            self._check_distinct_roots(members)
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
            body = {"count": "s.card", "sum": "∑ a ∈ s, a", "product": "∏ a ∈ s, a"}[tally.kind]
            every = f"(∀ {name} : {kind}, {name} ∈ s ↔ {condition})"
            return f"∃ s : Finset {kind}, {every} ∧ {body} = {total}"
        body = {"count": "l.length", "sum": "l.sum", "product": "l.foldl (· * ·) 1"}[tally.kind]
        return (
            f"∃ l : List {kind}, l.Nodup ∧ "
            f"(∀ {name} : {kind}, {name} ∈ l ↔ {condition}) ∧ {body} = {total}"
        )

    def _check_distinct_roots(self, members: Collection) -> None:
        """Sums and products of roots count double roots twice: only simple real ones are read."""
        condition = members.condition
        if not isinstance(condition, Relation) or condition.name != "=":
            raise DeclineError("unsupported_notion", "a sum over solutions of another kind")
        part = polynomial(Apply("sub", (condition.left, condition.right)))
        if part is None:
            if any(
                isinstance(inner, Apply) and inner.function == "abs" for inner in walk(condition)
            ):
                return
            raise DeclineError("unsupported_notion", "a sum over solutions of another kind")
        a, b, c = (part.coefficient(members.variable, power) for power in (2, 1, 0))
        if part.degree != 2 or b * b - 4 * a * c <= 0:
            raise DeclineError("ambiguous", "whether a root counts twice, or only real ones")

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


def _in_order(definitions: Sequence[Definition]) -> list[Definition]:
    """Each definition after those that its body uses; declines definitions in a circle."""
    waiting = list(definitions)
    done: list[Definition] = []
    while waiting:
        names = {item.name for item in waiting}
        ready = [
            item
            for item in waiting
            if not any(isinstance(part, Call) and part.name in names for part in walk(item.body))
        ]
        if not ready:
            raise DeclineError("unsupported_notion", "functions defined by each other")
        done.append(ready[0])
        waiting.remove(ready[0])
    return done


def _equations(formulas: Sequence[Formula]) -> list[Formula]:
    """The equations and congruences among the conditions, chains taken apart."""
    parts = [
        part for item in formulas for part in (item.items if isinstance(item, And) else (item,))
    ]
    return [
        part
        for part in parts
        if (isinstance(part, Relation) and part.name == "=")
        or (isinstance(part, Property) and part.name == "congruent")
    ]


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
