"""The rules of `prose.lark` for what is given and what is asked, on top of nouns and terms."""

from typing import Any

from lark import Token, v_args

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.expression import (
    Apply,
    Call,
    Expression,
    Formula,
    Property,
    Relation,
    Symbol,
    conjunction,
    free_symbols,
    number,
)
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
from numina_lean.translate.rules.nouns import close_divisors
from numina_lean.translate.rules.predicates import about, only_letter
from numina_lean.translate.rules.terms import TermReader

_Letters = tuple[str, ...]


@v_args(inline=True)
class ProblemReader(TermReader):
    """Turns a whole tree of the grammar into a `Reading`; raises `DeclineError` inside lark's."""

    # What is given

    def letters(self, *tokens: Token) -> _Letters:
        names: list[str] = []
        for token in tokens:
            for part in self.parts(token):
                if not isinstance(part, Symbol):
                    raise DeclineError("unparsed_text", "a number in the place of a letter")
                names.append(part.name)
        return tuple(names)

    def given_relation(self, *tokens: Token) -> Givens:
        formulas: list[Formula] = []
        definitions: list[Definition] = []
        for token in tokens:
            for part in self.parts(token):
                definition = _definition(part)
                if definition is None:
                    formulas.append(part)
                else:
                    definitions.append(definition)
        return Givens(formulas=tuple(formulas), definitions=tuple(definitions))

    given_relations = given_relation

    def given_definition_for(self, token: Token, scope: Givens) -> Givens:
        found = self.given_relation(token)
        if found.formulas or scope.formulas or any(noun.facts for _, noun in scope.nouns):
            raise DeclineError("unsupported_notion", "a condition for all of some numbers")
        return found + Givens(nouns=scope.nouns)

    def for_all(self, scope: Givens) -> Givens:
        return scope + Givens(universal=tuple(name for name, _ in scope.nouns))

    def given_letters(self, names: _Letters, noun: Noun) -> Givens:
        if noun.collective and len(names) > 1:
            raise DeclineError("unsupported_notion", "something said of several numbers together")
        return Givens(nouns=tuple((name, noun) for name in names))

    def given_letters_with(self, names: _Letters, noun: Noun, *tokens: Any) -> Givens:
        return self.given_letters(names, noun) + self.given_relation(*_flat(tokens))

    def given_noun_letters(self, noun: Noun, names: _Letters) -> Givens:
        return self.given_letters(names, noun)

    def given_named(self, noun: Noun) -> Givens:
        if noun.letter is None:
            raise DeclineError("unparsed_text", "a number without a name")
        return Givens(nouns=((noun.letter, noun),))

    def given_satisfy(self, noun: Noun, names: _Letters, *tokens: Any) -> Givens:
        return self.given_letters(names, noun) + self.given_relation(*_flat(tokens))

    def given_noun_satisfies(self, noun: Noun, *tokens: Any) -> Givens:
        return self.given_named(noun) + self.given_relation(*_flat(tokens))

    def given_equal(self, left: Any, right: Expression) -> Givens:
        if isinstance(left, Token):
            left = self.formula_term(left)
        return Givens(formulas=(Relation("=", left, right),))

    def given_predicate(self, value: Expression, fact: Fact) -> Givens:
        return Givens(formulas=(fact(value),))

    def given_extreme(self, token: Token, ask: AskExtreme) -> Givens:
        return Givens(extremes=((self.letter_name(token), ask.mode, ask.noun),))

    def given_op(self, *tokens: Token) -> Givens:
        return self.given_relation(tokens[-1])

    def given_op_body(self, left: Token, right: Token) -> Givens:
        relation = Relation("=", self.formula_term(left), self.formula_term(right))
        definition = _definition(relation)
        if definition is None:
            raise DeclineError("unparsed_text", "a definition of what is no operation")
        return Givens(definitions=(definition,))

    def givens(self, *parts: Givens) -> Givens:
        return sum(parts, Givens())

    def given_sentence(self, *parts: Any) -> Givens:
        return parts[-1]  # type: ignore[no-any-return]

    def opener(self) -> None:
        return None

    # Clauses

    def clause_relation(self, token: Token) -> tuple[Formula, ...]:
        return self.parts(token)

    clause_relations = clause_relation

    def clause_predicate(self, value: Expression, fact: Fact) -> tuple[Formula, ...]:
        return (fact(value),)

    def clause_two(self, first: Expression, second: Expression, fact: Fact) -> tuple[Formula, ...]:
        return (fact(first), fact(second))

    def clause_divides(self, divisor: Expression, value: Expression) -> tuple[Formula, ...]:
        return (Property("divides", (divisor, value)),)

    def clause_equal(self, left: Expression, right: Expression) -> tuple[Formula, ...]:
        return (Relation("=", left, right),)

    def clauses(self, *parts: tuple[Formula, ...]) -> tuple[Formula, ...]:
        return tuple(formula for part in parts for formula in part)

    # Questions

    def asked_term(self, value: Expression) -> Expression:
        return value

    def asked_formula(self, token: Token) -> Expression:
        return self.formula_term(token)

    def ask_term(self, value: Any, *rest: Any) -> Any:
        if isinstance(value, Token):
            value = self.formula_term(value)
        return AskTerm(value)

    def ask_rewrite(self, value: Any, *rest: Any) -> Any:
        if isinstance(value, Token):
            value = self.formula_term(value)
        return AskTerm(value, rewrite=True)

    def ask_unique(self, noun: Noun) -> Any:
        if noun.letter is not None and not noun.facts and noun.domain is None:
            return AskLetters((noun.letter,))
        return AskAll(noun, single=True)

    def ask_unique_pred(self, noun: Noun, fact: Fact) -> Any:
        if not noun.facts and noun.domain is None and noun.letter is None:
            raise DeclineError("domain_unclear", "numbers of a kind that is not said")
        return AskAll(noun.with_facts(fact), single=True)

    def ask_unique_relations(self, noun: Noun, *tokens: Any) -> Any:
        formulas = self.relations(*_flat(tokens))
        letter = noun.letter or only_letter(formulas)
        return AskAll(noun.with_facts(about(letter, formulas)), single=True)

    def ask_unique_clause(self, noun: Noun, clause: tuple[Formula, ...]) -> Any:
        if noun.letter is None:
            raise DeclineError("domain_unclear", "it is not said which letter is meant")
        return AskAll(noun.with_facts(about(noun.letter, clause)), single=True)

    def ask_all(self, noun: Noun) -> Any:
        return AskAll(noun)

    def ask_sum(self, noun: Noun) -> Any:
        return AskTally("sum", noun)

    def ask_product(self, noun: Noun) -> Any:
        return AskTally("product", noun)

    def ask_count(self, noun: Noun) -> Any:
        return AskTally("count", noun)

    def ask_count_for(self, noun: Noun, clause: tuple[Formula, ...]) -> Any:
        if noun.letter is None:
            raise DeclineError("domain_unclear", "it is not said which letter is meant")
        return AskTally("count", noun.with_facts(about(noun.letter, clause)))

    def counted_noun(self, noun: Noun) -> Noun:
        return noun

    def counted_pred(self, noun: Noun, fact: Fact) -> Noun:
        return noun.with_facts(fact)

    def counted_satisfy(self, noun: Noun, *tokens: Any) -> Noun:
        formulas = self.relations(*_flat(tokens))
        return noun.with_facts(about(noun.letter or only_letter(formulas), formulas))

    def counted_divisors(self, noun: Noun, *values: Expression) -> Noun:
        return close_divisors(noun, values)

    def counted_dividing(self, noun: Noun, value: Expression) -> Noun:
        return noun.with_facts(lambda part: Property("divides", (part, value)))

    def counted_leaving(self, noun: Noun, *facts: Any) -> Noun:
        return noun.with_facts(*facts[0])

    def counted_with_divisors(self, noun: Noun, count: Expression) -> Noun:
        return self.with_divisors(count)(noun)  # type: ignore[no-any-return]

    def extreme(self, mode: Any) -> Any:
        return mode

    def least(self) -> str:
        return "least"

    def greatest(self) -> str:
        return "greatest"

    def extreme_noun(self, mode: Any, noun: Noun) -> AskExtreme:
        return AskExtreme(mode, noun)

    def extreme_named(self, mode: Any, token: Token, *changes: Any) -> AskExtreme:
        return AskExtreme(mode, self.named_value(token, *changes))

    def extreme_noun_bounded(
        self, mode: Any, noun: Noun, bound: Expression, *changes: Any
    ) -> AskExtreme:
        result = self.less_than(bound)(noun)
        for change in changes:
            result = change(result)
        return AskExtreme(mode, result)

    def ask_extreme(self, ask: AskExtreme) -> Any:
        return ask

    def ask_extreme_for(self, ask: AskExtreme, clause: tuple[Formula, ...]) -> Any:
        if ask.noun.letter is None:
            raise DeclineError("domain_unclear", "it is not said which letter is meant")
        return AskExtreme(ask.mode, ask.noun.with_facts(about(ask.noun.letter, clause)))

    def ask_optimum(self, mode: Any, token: Token) -> Any:
        return AskOptimum(mode, self.formula_term(token))

    def ask_letters(self, names: _Letters) -> Any:
        return AskLetters(names)

    def ask_letters_if(self, names: _Letters, *parts: Any) -> Any:
        if parts and isinstance(parts[0], Givens):
            return parts[0], AskLetters(names)
        return self.given_relation(*_flat(parts)), AskLetters(names)

    def ask_solve(self, *parts: Any) -> Any:
        tokens = [part for part in parts if isinstance(part, Token)]
        names = next((part for part in parts if isinstance(part, tuple)), None)
        givens = self.given_relation(*tokens)
        if names is None:
            names = tuple(sorted(free_symbols(conjunction(givens.formulas))))
        return givens, AskLetters(names)

    def ask_solve_letters(self, names: _Letters, *tokens: Token) -> Any:
        return self.given_relation(*tokens), AskLetters(names)

    def ask_congruence(self, token: Token, modulus: Expression | None = None) -> Any:
        (formula,) = self.parts(token)
        match formula:
            case Property("congruent", (_, _, below)) if modulus is None or modulus == below:
                return self.given_relation(token), AskLetters((only_letter((formula,)),))
        raise DeclineError("unparsed_text", "a congruence with another modulus, or none")

    def ask_residue(self, token: Token, modulus: Expression) -> Any:
        (term,) = self.parts(token)
        match term:
            case Apply("mod", (_, below)) if below == modulus:
                return AskTerm(term)
        raise DeclineError("unparsed_text", "a residue with another modulus")

    def ask_inverse(self, value: Expression, modulus: Expression) -> Any:
        inverse = Apply("pow", (value, Apply("neg", (number(1),))))
        return AskTerm(Apply("mod", (inverse, modulus)))

    def base(self, token: Token) -> int:
        value = self.natural_number(token)
        if not 2 <= value <= 36:
            raise DeclineError("unsupported_notion", f"base {value}")
        return value

    def base_adjective(self, base: int | None = None) -> int:
        if base is None:
            raise DeclineError("unsupported_notion", "a base as an adjective")
        return base

    def ask_in_base(self, value: Any, base: int) -> Any:
        if isinstance(value, Token):
            value = self.formula_term(value)
        return AskTerm(value, base=base)

    def ask_adjective_base(self, base: int, value: Expression) -> Any:
        return AskTerm(value, base=base)

    def remark(self, *parts: Any) -> None:
        return None

    def remark_base(self, base: int) -> int:
        return base

    def question(self, *parts: Any) -> tuple[Givens, Any]:
        givens = Givens()
        asked: Any = None
        for part in parts:
            if isinstance(part, Givens):
                givens += part
            elif isinstance(part, tuple):
                givens, asked = givens + part[0], part[1]
            else:
                asked = part
        return givens, asked

    def start(self, *parts: Any) -> Reading:
        givens = Givens()
        ask: Any = None
        base: int | None = None
        for part in parts:
            if isinstance(part, Givens):
                givens += part
            elif isinstance(part, tuple):
                givens, ask = givens + part[0], part[1]
            elif isinstance(part, int):
                base = part
        if isinstance(ask, AskTerm) and ask.base is not None:
            base = ask.base
        return Reading(givens, ask, base)

    # Claims to prove

    def claim_plain(self, clauses: tuple[Formula, ...]) -> AskProof:
        return AskProof(Givens(), clauses)

    def claim_for(self, clauses: tuple[Formula, ...], noun: Noun) -> AskProof:
        return AskProof(self._scope(noun, clauses), clauses)

    def claim_for_first(self, noun: Noun, clauses: tuple[Formula, ...]) -> AskProof:
        return AskProof(self._scope(noun, clauses), clauses)

    def claim_if(self, givens: Givens, clauses: tuple[Formula, ...]) -> AskProof:
        return AskProof(givens, clauses)

    def ask_prove(self, claim: AskProof) -> Any:
        return claim

    def _scope(self, noun: Noun, clauses: tuple[Formula, ...]) -> Givens:
        names = (noun.letter,) if noun.letter else tuple(sorted(free_symbols(conjunction(clauses))))
        return Givens(nouns=tuple((name, noun) for name in names))


def _flat(parts: Any) -> list[Token]:
    return [
        item for part in parts for item in (part if isinstance(part, list | tuple) else (part,))
    ]


def _definition(formula: Any) -> Definition | None:
    """A relation `f(x) = …` or `a ⊙ b = …`, its parameters different letters."""
    match formula:
        case Relation("=", Call(name, args), body) if all(isinstance(arg, Symbol) for arg in args):
            parameters = tuple(arg.name for arg in args if isinstance(arg, Symbol))
            if len(set(parameters)) == len(parameters):
                return Definition(name, parameters, body)
    return None
