r"""One expression, read from tokens: sums, products with or without a sign, powers, functions.

`2\frac12` is two and a half, `\sin 2x` the sine of all of it, `1/2x` half of x, `e` and `i` are
the constants. Raises `UnreadableError` for what is no expression of this grammar.
"""

from collections.abc import Sequence
from fractions import Fraction

from numina_lean.answers.cursor import Cursor, UnreadableError
from numina_lean.answers.functions import LETTERS, NAMED, SEVERAL, applied
from numina_lean.answers.numeral import in_base, proper, written
from numina_lean.answers.terms import (
    MINUS_ONE,
    call,
    negative,
    power,
    product,
    quotient,
    root,
    total,
)
from numina_lean.answers.tokens import Token
from numina_lean.answers.value import (
    EULER,
    IMAGINARY,
    INFINITY,
    PI,
    Call,
    Expression,
    Function,
    Number,
    Symbol,
    number,
)

_MOST_POSTFIXES = 8
_SIGNS = frozenset({"+", "-", r"\pm", r"\mp"})
_TIMES = frozenset({r"\cdot", r"\times", "*", r"\ast"})
_OVER = frozenset({"/", r"\div"})
_CLOSES = {"(": ")", "[": "]", "{": "}", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_STARTS = frozenset({"(", "[", "{", r"\frac", r"\sqrt", r"\cbrt", r"\binom", r"\pi", r"\infty",
                     r"\lfloor", r"\lceil"}) | LETTERS | frozenset(NAMED)  # fmt: skip


def expression(tokens: Sequence[Token]) -> Expression:
    """The expression that all of `tokens` are. Raises `UnreadableError`."""
    reader = _Reader(tokens)
    found = reader.sum()
    reader.end()
    return found


class _Reader(Cursor):
    """Reads forward. `bars`: inside how many absolute values, where `|` closes."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self.bars = 0

    def sum(self) -> Expression:
        sign = self.take().text if self.text() in _SIGNS else "+"
        terms = [_with_sign(sign, self.term())]
        while self.text() in _SIGNS:
            sign = self.take().text
            terms.append(_with_sign(sign, self.term()))
        return terms[0] if len(terms) == 1 else total(terms)

    def term(self) -> Expression:
        factors = [self.mixed() or self.factor()]
        while True:
            sign = self.text()
            if sign in _TIMES:
                self.at += 1
                factors.append(self.signed())
            elif sign in _OVER:
                self.at += 1
                factors.append(power(self.signed(), MINUS_ONE))
            elif self.starts():
                factors.append(self.factor())
            else:
                return factors[0] if len(factors) == 1 else product(factors)

    def signed(self) -> Expression:
        if self.text() in ("+", "-"):
            sign = self.take().text
            found = self.within(self.signed)
            return negative(found) if sign == "-" else found
        return self.factor()

    def starts(self) -> bool:
        """Whether a factor begins here that is multiplied without a sign."""
        token = self.peek()
        if token is None:
            return False
        if token.kind in ("letter", "name"):
            return True
        if token.kind == "number":
            return self.tokens[self.at - 1].text in (")", "]", "}", "!")
        return token.text in _STARTS or (token.text == "|" and not self.bars)

    def mixed(self) -> Expression | None:
        r"""A mixed number: `2\frac12`, `2 1/2`; None where there is none."""
        whole = self.peek()
        if whole is None or whole.kind != "number" or not whole.text.isdigit():
            return None
        start = self.at
        self.at += 1
        part: Expression | None = None
        if self.text() == r"\frac":
            self.at += 1
            above, below = self.argument(), self.argument()
            part = quotient(above, below) if proper(above, below) else None
        elif (above_token := self.peek()) and above_token.kind == "number" and above_token.spaced:
            below_token = self.peek(2)
            if self.text(1) == "/" and below_token and below_token.kind == "number":
                above, below = written(above_token.text), written(below_token.text)
                self.at += 3
                part = quotient(above, below) if proper(above, below) else None
        if part is None:
            self.at = start
            return None
        return total((written(whole.text), part))

    def factor(self) -> Expression:
        found = self.atom()
        for _ in range(_MOST_POSTFIXES):
            sign = self.text()
            if sign == "^" and self.text(1) == r"\circ":
                self.at += 2
                found = Call("degree", (found,))
            elif sign == "^":
                self.at += 1
                found = power(found, self.exponent())
            elif sign == "!":
                self.at += 1
                found = call("factorial", (found,))
            elif sign in ("%", r"\%"):
                self.at += 1
                found = product((found, number(Fraction(1, 100))))
            elif sign == "*" and self.text(1) == "*":
                self.at += 2
                found = power(found, self.signed())
            else:
                return found
        raise UnreadableError

    def exponent(self) -> Expression:
        if self.text() in ("-", "+"):
            return self.signed()
        token = self.peek()
        if token and token.kind == "number":
            return written(self.take().text)
        if self.text() in ("{", "("):
            return self.bracketed()
        return self.atom()

    def argument(self) -> Expression:
        r"""What a command such as `\frac` takes: a group, or a single digit, letter or command."""
        token = self.peek()
        if token and token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            digit, rest = token.text[0], token.text[1:]
            self.tokens = [
                *self.tokens[: self.at],
                Token("number", rest),
                *self.tokens[self.at + 1 :],
            ]
            return written(digit)
        if self.text() == "{":
            return self.bracketed()
        return self.atom()

    def bracketed(self) -> Expression:
        opening = self.take().text
        bars, self.bars = self.bars, 0
        found = self.within(self.sum)
        self.bars = bars
        self.expect(_CLOSES[opening])
        return found

    def atom(self) -> Expression:
        token = self.peek()
        if token is None:
            raise UnreadableError
        if token.kind == "number":
            return self.numeral()
        if token.kind in ("letter", "name") or token.text in LETTERS:
            return self.symbol()
        if token.kind == "text" and len(token.text) == 1:
            return self.symbol()
        sign = self.text()
        if sign in ("(", "[", "{"):
            return self.bracketed()
        if sign in (r"\lfloor", r"\lceil"):
            return call("floor" if sign == r"\lfloor" else "ceil", (self.bracketed(),))
        if sign == "|":
            return self.absolute()
        if sign in NAMED:
            return self.function(NAMED[self.take().text])
        return self.command()

    def absolute(self) -> Expression:
        self.at += 1
        self.bars += 1
        found = self.within(self.sum)
        self.bars -= 1
        self.expect("|")
        return call("abs", (found,))

    def command(self) -> Expression:
        name = self.take().text
        if name == r"\pi":
            return PI
        if name == r"\infty":
            return INFINITY
        if name == r"\frac":
            above = self.argument()
            return quotient(above, self.argument())
        if name == r"\cbrt":
            return root(self.argument(), number(3))
        if name == r"\binom":
            above = self.argument()
            return call("binom", (above, self.argument()))
        if name == r"\sqrt":
            degree: Expression = number(2)
            if self.text() == "[":
                degree = self.bracketed()
            return root(self.bracketed() if self.text() == "(" else self.argument(), degree)
        raise UnreadableError

    def numeral(self) -> Expression:
        digits = self.take().text
        if self.text() != "_":
            return written(digits)
        self.at += 1
        base = self.bracketed() if self.text() == "{" else self.atom()
        found = in_base(digits, int(base.value)) if isinstance(base, Number) else None
        if found is None:
            raise UnreadableError
        return found

    def symbol(self) -> Expression:
        token = self.take()
        name = token.text.removeprefix("\\")
        if self.text() == "_":
            self.at += 1
            below = self.take()
            if below.text == "{":
                parts = [self.take().text]
                while self.text() != "}":
                    parts.append(self.take().text)
                self.at += 1
                return Symbol(f"{name}_{''.join(parts)}")
            return Symbol(f"{name}_{below.text}")
        if token.kind in ("letter", "text") and name in ("e", "i"):
            return EULER if name == "e" else IMAGINARY
        return Symbol(name)

    def function(self, name: Function) -> Expression:
        base: Expression | None = None
        exponent: Expression | None = None
        while self.text() in ("^", "_") and self.text(1) != r"\circ":
            if self.take().text == "^":
                exponent = self.exponent()
            else:
                base = self.argument()
        args = self.arguments(name)
        found = applied(name, args, base, exponent)
        if found is None:
            raise UnreadableError
        return found

    def arguments(self, name: Function) -> tuple[Expression, ...]:
        if name in SEVERAL:
            self.expect("(")
            args = [self.within(self.sum)]
            while self.text() == ",":
                self.at += 1
                args.append(self.within(self.sum))
            self.expect(")")
            return tuple(sorted(args, key=repr))
        if self.text() in ("(", "[", "{"):
            return (self.bracketed(),)
        found = self.within(self.signed)
        while self.starts() and self.text() not in NAMED and self.text() not in ("(", "["):
            found = product((found, self.factor()))
        if self.text() == "/" and not isinstance(found, Call):
            self.at += 1
            found = quotient(found, self.factor())
        return (found,)


def _with_sign(sign: str, term: Expression) -> Expression:
    if sign in (r"\pm", r"\mp"):
        return Call("±" if sign == r"\pm" else "∓", (term,))
    return negative(term) if sign == "-" else term
