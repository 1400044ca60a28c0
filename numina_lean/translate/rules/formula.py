"""From LaTeX formulas to expressions and relations.

Two steps, because `f(x)` is a call or a product depending on what the sentence around it says:
`parse_formula` gives the tree of the grammar once, a `FormulaReader` who knows the functions and
operations that the problem defines gives its meaning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from lark.lexer import Lexer

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.ellipsis import DOTS, complete_series
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Call,
    Expression,
    Formula,
    FunctionName,
    Items,
    Number,
    Property,
    Relation,
    RelationName,
    Series,
    Symbol,
    free_symbols,
    number,
    walk,
)
from numina_lean.translate.rules.formula_tokens import tokenize

ParsedFormula: TypeAlias = Tree[Token]

_RELATIONS: dict[str, RelationName] = {
    "=": "=", "<": "<", ">": ">", r"\lt": "<", r"\gt": ">",
    r"\le": "≤", r"\leq": "≤", r"\leqslant": "≤", r"\ge": "≥", r"\geq": "≥", r"\geqslant": "≥",
    r"\ne": "≠", r"\neq": "≠",
}  # fmt: skip
_FUNCTION_LETTERS = frozenset({"f", "g", "h", "F", "G", "H", "P", "Q", "phi", "varphi", "psi"})
_MAX_TOKENS = 400
_NAMED: dict[str, FunctionName] = {
    "gcd": "gcd", "gcf": "gcd", "lcm": "lcm", "max": "max", "min": "min",
}  # fmt: skip


class _TokenList(Lexer):
    """Hands tokens made elsewhere to lark."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        return iter(lexer_state)


@cache
def _parser() -> Lark:
    grammar = files("numina_lean.translate.rules").joinpath("formula.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer=_TokenList)


def parse_formula(text: str) -> ParsedFormula:
    """The tree of the formula `text`; raises `DeclineError("unparsed_math")`."""
    tokens = tokenize(text)
    if len(tokens) > _MAX_TOKENS:
        raise DeclineError("too_long", f"a formula of {len(tokens)} tokens")
    try:
        # lark reads the input as the custom lexer gives it; its stub knows only text.
        return _parser().parse(cast(str, tokens))
    except UnexpectedInput as error:
        raise DeclineError("unparsed_math", f"formula {text[:60]!r}") from error


def _trees(tree: ParsedFormula) -> list[ParsedFormula]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _tokens(tree: ParsedFormula) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token)]


def _bad(detail: str) -> DeclineError:
    return DeclineError("unparsed_math", detail)


@dataclass(frozen=True)
class FormulaReader:
    """Gives formulas their meaning, given the names that the problem defines.

    `functions` are letters applied with parentheses, `operators` are symbols such as `\\star`
    and `*` whose meaning the problem sets.
    """

    functions: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()

    def items(self, tree: ParsedFormula) -> tuple[Expression | Formula, ...]:
        """The comma-separated parts of a formula, a chain of relations as one conjunction."""
        return tuple(_closed_indices(self._item(child)) for child in _trees(tree))

    def _item(self, tree: ParsedFormula) -> Expression | Formula:
        match tree.data:
            case "chain":
                return self._chain(tree)
            case "congruence":
                left, right, modulus = (self.expression(child) for child in _trees(tree))
                return Property("congruent", (left, right, modulus))
            case "divides":
                left, right = (self.expression(child) for child in _trees(tree))
                return Property("divides", (left, right))
            case "residue":
                value, modulus = (self.expression(child) for child in _trees(tree))
                return Apply("mod", (value, modulus))
        return self.expression(tree)

    def _chain(self, tree: ParsedFormula) -> Formula:
        parts = _trees(tree)
        sides = [self.expression(part) for part in parts[::2]]
        names: list[RelationName] = []
        for part in parts[1::2]:
            token = _tokens(part)[0]
            if token not in _RELATIONS:
                raise _bad(f"relation {token}")
            names.append(_RELATIONS[str(token)])
        if len(set(names) - {"=", "<", "≤"}) and len(set(names) - {"=", ">", "≥"}):
            raise _bad("a chain of relations that point both ways")
        links = tuple(
            Relation(name, left, right)
            for name, left, right in zip(names, sides, sides[1:], strict=False)
        )
        return links[0] if len(links) == 1 else And(links)

    def expression(self, tree: ParsedFormula) -> Expression:
        """The number that `tree` stands for; raises `DeclineError`."""
        handler = getattr(self, f"_{tree.data}", None)
        if handler is None:
            raise _bad(f"no meaning for {tree.data}")
        return cast(Expression, handler(tree))

    def _binary(self, name: FunctionName, tree: ParsedFormula) -> Expression:
        left, right = (self._operand(child) for child in _trees(tree))
        return Apply(name, (left, right))

    def _operand(self, tree: ParsedFormula) -> Expression:
        """The number that `tree` stands for, as one side of an operation that we know.

        Nothing says which of the two binds more strongly when it is a defined operation.
        """
        if tree.data == "custom" or (tree.data == "star" and "*" in self.operators):
            raise DeclineError("ambiguous", "a defined operation beside another one")
        return self.expression(tree)

    def _sum_parts(self, tree: ParsedFormula) -> list[Expression]:
        """The terms of a sum, a subtracted one as a negative."""
        if tree.data == "add":
            left, right = _trees(tree)
            return [*self._sum_parts(left), *self._sum_parts(right)]
        if tree.data == "subtract":
            left, right = _trees(tree)
            return [*self._sum_parts(left), Apply("neg", (self._operand(right),))]
        return [self._operand(tree)]

    def _add(self, tree: ParsedFormula) -> Expression:
        if any(True for _ in tree.find_data("dots")):
            parts = self._sum_parts(tree)
            if DOTS in parts or Apply("neg", (DOTS,)) in parts:
                return complete_series("sum", parts)
        return self._binary("add", tree)

    def _subtract(self, tree: ParsedFormula) -> Expression:
        if any(True for _ in tree.find_data("dots")):
            parts = self._sum_parts(tree)
            if DOTS in parts or Apply("neg", (DOTS,)) in parts:
                return complete_series("sum", parts)
        return self._binary("sub", tree)

    def _product_parts(self, tree: ParsedFormula) -> list[Expression]:
        if tree.data in ("times", "star"):
            left, right = _trees(tree)
            return [*self._product_parts(left), *self._product_parts(right)]
        if tree.data == "juxtaposed":
            return self._factors(_trees(tree))
        return [self._operand(tree)]

    def _times(self, tree: ParsedFormula) -> Expression:
        if any(True for _ in tree.find_data("dots")):
            parts = self._product_parts(tree)
            if DOTS in parts:
                return complete_series("product", parts)
        return self._binary("mul", tree)

    def _star(self, tree: ParsedFormula) -> Expression:
        return self._custom(tree) if "*" in self.operators else self._times(tree)

    def _divide(self, tree: ParsedFormula) -> Expression:
        right = _trees(tree)[1]
        if right.data == "juxtaposed" and len(_trees(right)) > 1:
            raise DeclineError("ambiguous", "a division by a product without parentheses")
        return self._binary("div", tree)

    _slash = _divide

    def _custom(self, tree: ParsedFormula) -> Expression:
        symbol = str(_tokens(tree)[0])
        if symbol not in self.operators:
            raise DeclineError("undefined_symbol", f"the operation {symbol}")
        left, right = _trees(tree)
        if left.data not in ("juxtaposed", "negative"):
            raise DeclineError("ambiguous", f"{symbol} beside another operation")
        return Call(symbol, (self.expression(left), self.expression(right)))

    def _prefix_custom(self, tree: ParsedFormula) -> Expression:
        symbol = str(_tokens(tree)[0])
        if symbol not in self.operators:
            raise DeclineError("undefined_symbol", f"the operation {symbol}")
        return Call(symbol, (self.expression(_trees(tree)[0]),))

    def _negative(self, tree: ParsedFormula) -> Expression:
        return Apply("neg", (self._operand(_trees(tree)[0]),))

    def _positive(self, tree: ParsedFormula) -> Expression:
        return self.expression(_trees(tree)[0])

    _parenthesis = _positive
    _group = _positive
    _modulus = _positive

    def _juxtaposed(self, tree: ParsedFormula) -> Expression:
        factors = self._factors(_trees(tree))
        if DOTS in factors and len(factors) > 1:
            return complete_series("product", factors)
        result = factors[0]
        for factor in factors[1:]:
            result = Apply("mul", (result, factor))
        return result

    def _factors(self, parts: list[ParsedFormula]) -> list[Expression]:
        """Side by side means a call, a mixed number, or a product."""
        factors: list[Expression] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            following = parts[at + 1] if at + 1 < len(parts) else None
            if part.data == "letter" and following is not None:
                call = self._call(str(_tokens(part)[0]), following)
                if call is not None:
                    factors.append(call)
                    at += 2
                    continue
            if part.data == "power" and following is not None and _is_inverse(part):
                raise DeclineError("undefined_symbol", "the inverse of a function")
            if part.data == "number" and at > 0 and parts[at - 1].data != "dots":
                raise _bad("a number right after a factor")
            if part.data == "number" and following is not None and _is_plain_fraction(following):
                if at + 2 < len(parts):
                    raise DeclineError("ambiguous", "a mixed number beside other factors")
                whole, fraction = self.expression(part), self.expression(following)
                factors.append(Apply("add", (whole, fraction)))
                at += 2
                continue
            if part.data == "letter" and str(_tokens(part)[0]) in self.functions:
                raise DeclineError("unsupported_notion", "a function that is not applied")
            factors.append(self.expression(part))
            at += 1
        return factors

    def _call(self, letter: str, following: ParsedFormula) -> Expression | None:
        exponent: ParsedFormula | None = None
        if following.data == "power" and _trees(following)[0].data == "parenthesis":
            following, exponent = _trees(following)
        if following.data not in ("parenthesis", "tuple"):
            return None
        if letter not in self.functions:
            if letter in _FUNCTION_LETTERS or _is_value(following):
                raise DeclineError("undefined_symbol", f"the function {letter}")
            return None
        call = Call(letter, tuple(self.expression(child) for child in _trees(following)))
        return call if exponent is None else Apply("pow", (call, self.expression(exponent)))

    def _number(self, tree: ParsedFormula) -> Expression:
        return Number(Fraction(str(_tokens(tree)[0])))

    def _letter(self, tree: ParsedFormula) -> Expression:
        name = str(_tokens(tree)[0])
        if name in self.functions:
            raise DeclineError("unsupported_notion", "a function that is not applied")
        return Apply("pi") if name == "pi" else Symbol(name)

    def _dots(self, tree: ParsedFormula) -> Expression:
        return DOTS

    def _based(self, tree: ParsedFormula) -> Expression:
        """A numeral with its base as a subscript; base ten is the number itself."""
        digits = str(_tokens(tree)[0])
        base = self.expression(_trees(tree)[0])
        if "." in digits or len(digits) > 60:
            raise DeclineError("unsupported_notion", "a fraction in another base")
        if base == number(10):
            return number(int(digits))
        if isinstance(base, Number) and not all(int(digit) < base.value for digit in digits):
            raise DeclineError("not_well_defined", f"{digits} has a digit not below its base")
        if not isinstance(base, Number | Symbol):
            raise DeclineError("unsupported_notion", "a base that is an expression")
        return Apply("of_digits", (base, *(number(int(digit)) for digit in digits)))

    def _tuple(self, tree: ParsedFormula) -> Expression:
        return Items(tuple(self.expression(child) for child in _trees(tree)))

    def _power(self, tree: ParsedFormula) -> Expression:
        base = _trees(tree)[0]
        if base.data == "letter" and str(_tokens(base)[0]) in self.functions:
            raise DeclineError("unsupported_notion", "a power of a function")
        return self._binary("pow", tree)

    def _factorial(self, tree: ParsedFormula) -> Expression:
        return Apply("factorial", (self.expression(_trees(tree)[0]),))

    def _percent(self, tree: ParsedFormula) -> Expression:
        return Apply("div", (self.expression(_trees(tree)[0]), number(100)))

    def _degrees(self, tree: ParsedFormula) -> Expression:
        return Apply("degrees", (self.expression(_trees(tree)[0]),))

    def _absolute(self, tree: ParsedFormula) -> Expression:
        return Apply("abs", (self.expression(_trees(tree)[0]),))

    def _floor(self, tree: ParsedFormula) -> Expression:
        return Apply("floor", (self.expression(_trees(tree)[0]),))

    def _ceiling(self, tree: ParsedFormula) -> Expression:
        return Apply("ceil", (self.expression(_trees(tree)[0]),))

    def _fraction(self, tree: ParsedFormula) -> Expression:
        return self._binary("div", tree)

    def _binomial(self, tree: ParsedFormula) -> Expression:
        return self._binary("binomial", tree)

    def _root(self, tree: ParsedFormula) -> Expression:
        parts = [self.expression(child) for child in _trees(tree)]
        if len(parts) == 1 or parts[0] == number(2):
            return Apply("sqrt", (parts[-1],))
        return Apply("root", (parts[0], parts[1]))

    def _series(self, kind: Any, tree: ParsedFormula) -> Expression:
        subscript, superscript, body = _trees(tree)
        letter, relation = (
            token for token in _tokens(subscript) if token.type in ("LETTER", "REL")
        )
        if str(relation) != "=":
            raise _bad("a series whose index is not set by an equation")
        (low,), (high,) = _trees(subscript), _trees(superscript)
        factors = self._factors(_trees(body))
        inner = factors[0]
        for factor in factors[1:]:
            inner = Apply("mul", (inner, factor))
        return Series(kind, str(letter), self.expression(low), self.expression(high), inner)

    def _big_sum(self, tree: ParsedFormula) -> Expression:
        return self._series("sum", tree)

    def _big_product(self, tree: ParsedFormula) -> Expression:
        return self._series("product", tree)

    def _arguments(self, tree: ParsedFormula) -> Expression:
        parts = _trees(tree)
        if len(parts) > 1 and any(part.data == "parenthesis" for part in parts):
            raise DeclineError("ambiguous", "a function applied without clear parentheses")
        factors = self._factors(parts)
        result = factors[0]
        for factor in factors[1:]:
            result = Apply("mul", (result, factor))
        return result

    def _trigonometric(self, tree: ParsedFormula) -> Expression:
        *power, argument = _trees(tree)
        name = cast(FunctionName, str(_tokens(tree)[0])[1:])
        value: Expression = Apply(name, (self.expression(argument),))
        if power:
            exponent = self.expression(power[0])
            if not isinstance(exponent, Number):
                raise _bad("an inverse function written as a power")
            value = Apply("pow", (value, exponent))
        return value

    def _natural_log(self, tree: ParsedFormula) -> Expression:
        return Apply("ln", (self.expression(_trees(tree)[0]),))

    def _log_base(self, tree: ParsedFormula) -> Expression:
        return self._binary("log", tree)

    def _named(self, tree: ParsedFormula) -> Expression:
        name = _NAMED[str(_tokens(tree)[0]).lstrip("\\").lower()]
        result, *others = (self.expression(child) for child in _trees(tree))
        for other in others:
            result = Apply(name, (result, other))
        return result


def _is_plain_fraction(tree: ParsedFormula) -> bool:
    """A fraction of two literals, as in a mixed number."""
    if tree.data != "fraction":
        return False
    parts = [_trees(group)[0] for group in _trees(tree)]
    return all(
        part.data == "juxtaposed" and [child.data for child in _trees(part)] == ["number"]
        for part in parts
    )


def _is_value(tree: ParsedFormula) -> bool:
    """Whether `tree` is a number in parentheses: `p(3)` is hardly a product."""
    inner = tree
    while inner.data in ("parenthesis", "juxtaposed", "negative") and len(_trees(inner)) == 1:
        inner = _trees(inner)[0]
    return tree.data == "parenthesis" and inner.data == "number"


def _is_inverse(power: ParsedFormula) -> bool:
    """Whether a power is one of a letter that names functions, as `f^{-1}` is."""
    base = _trees(power)[0]
    return base.data == "letter" and str(_tokens(base)[0]) in _FUNCTION_LETTERS


def _closed_indices(item: Expression | Formula) -> Expression | Formula:
    """`item`, unless the index of a sum stands outside that sum, too: where it ends is unsaid."""
    indices = {node.index for node in walk(item) if isinstance(node, Series)}
    if indices & free_symbols(item):
        raise DeclineError("ambiguous", "where a sum or product ends")
    return item
