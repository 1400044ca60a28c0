"""Expressions and formulas as Lean text, for core Lean with our prelude or for mathlib.

Every expression is printed at a given domain; what lives in a smaller one is cast explicitly.
Numerals carry their type wherever no variable of the same operation does.
"""

from dataclasses import dataclass
from fractions import Fraction

from numina_lean.translate.rules.bounds import integer_range
from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.domains import Context, domain_of, is_natural
from numina_lean.translate.rules.evaluation import known_value
from numina_lean.translate.rules.expression import (
    And,
    Apply,
    Call,
    Collection,
    Domain,
    Expression,
    Formula,
    Items,
    Not,
    Number,
    Or,
    Property,
    Quantified,
    Relation,
    Series,
    Symbol,
    Tally,
    free_symbols,
    number,
    unused_name,
    walk,
)
from numina_lean.translate.rules.names import lean_name
from numina_lean.translate.statement import Profile

_TYPES: dict[Profile, dict[Domain, str]] = {
    "core": {Domain.NAT: "Nat", Domain.INT: "Int", Domain.RAT: "Rat"},
    "mathlib": {
        Domain.NAT: "ℕ", Domain.INT: "ℤ", Domain.RAT: "ℚ", Domain.REAL: "ℝ", Domain.COMPLEX: "ℂ",
    },
}  # fmt: skip
_INFIX = {"add": ("+", 65), "sub": ("-", 65), "mul": ("*", 70), "div": ("/", 70)}
_ATOM = 1024
_NAMES: dict[Profile, dict[str, str]] = {
    "core": {
        "factorial": "NuminaLean.factorial", "binomial": "NuminaLean.choose",
        "fibonacci": "NuminaLean.fib", "digits": "NuminaLean.digits",
        "of_digits": "NuminaLean.ofDigits",
    },
    "mathlib": {
        "factorial": "Nat.factorial", "binomial": "Nat.choose", "fibonacci": "Nat.fib",
        "digits": "Nat.digits", "of_digits": "Nat.ofDigits", "sqrt": "Real.sqrt",
        "ln": "Real.log", "sin": "Real.sin", "cos": "Real.cos", "tan": "Real.tan",
    },
}  # fmt: skip


def _decimal(value: Fraction) -> str:
    """A literal that is no whole number, as the decimal fraction that the text has."""
    places = next((n for n in range(1, 40) if 10**n % value.denominator == 0), None)
    if places is None or value < 0:
        raise DeclineError("unsupported_notion", "a literal that is no decimal fraction")
    whole, rest = divmod(int(value * 10**places), 10**places)
    return f"{whole}.{rest:0{places}d}"


def _needs_mathlib(what: str) -> DeclineError:
    return DeclineError("not_in_profile", f"{what} needs mathlib")


@dataclass(frozen=True)
class LeanText:
    """Prints for one profile in one context. Raises `DeclineError` for what it cannot print."""

    profile: Profile
    context: Context

    def type_name(self, domain: Domain) -> str:
        """The Lean type of `domain`; declines where the profile has none."""
        name = _TYPES[self.profile].get(domain)
        if name is None:
            raise _needs_mathlib("real numbers")
        return name

    # Formulas

    def formula(self, formula: Formula, level: int = 0) -> str:
        """`formula` as a proposition, in parentheses if it binds looser than `level`."""
        match formula:
            case Relation(name, left, right):
                return self._wrap(self._relation(name, left, right), 50, level)
            case And(items):
                return self._wrap(" ∧ ".join(self.formula(item, 36) for item in items), 35, level)
            case Or(items):
                return self._wrap(" ∨ ".join(self.formula(item, 31) for item in items), 30, level)
            case Not(body):
                return self._wrap(f"¬ ({self.formula(body)})", 40, level)
            case Quantified(kind, variable, domain, body):
                inner = self.inside(variable, domain)
                sign = "∃" if kind == "exists" else "∀"
                binder = f"{lean_name(variable)} : {self.type_name(domain)}"
                return self._wrap(f"{sign} {binder}, {inner.formula(body)}", 0, level)
            case Property():
                return self._wrap(self._property(formula), 30, level)

    def inside(self, variable: str, domain: Domain) -> "LeanText":
        """The printer for the body of a binder of `variable`."""
        return LeanText(self.profile, self.context.with_letter(variable, domain))

    def _wrap(self, text: str, binds: int, level: int) -> str:
        return f"({text})" if binds < level or (binds == 0 and level > 0) else text

    def _relation(self, name: str, left: Expression, right: Expression) -> str:
        if isinstance(left, Items) and isinstance(right, Items):
            raise DeclineError("unsupported_notion", "a relation between tuples")
        domain = self.common_domain(left, right)
        typed = self._anchored(left, domain) or self._anchored(right, domain)
        first = self.expression(left, domain, 51, bare=typed)
        return f"{first} {name} {self.expression(right, domain, 51, bare=True)}"

    def common_domain(self, *sides: Expression) -> Domain:
        """The domain in which `sides` are compared: ℕ where natural arithmetic is safe."""
        if all(is_natural(side) for side in sides):
            return Domain.NAT
        return max(domain_of(side, self.context) for side in sides)

    def _property(self, formula: Property) -> str:
        name, args = formula.name, formula.args
        match name, args:
            case "divides", (divisor, value):
                domain = self._integral(divisor, value)
                bare = self._anchored(divisor, domain) or self._anchored(value, domain)
                first = self.expression(divisor, domain, 51, bare=bare)
                return f"{first} ∣ {self.expression(value, domain, 51, bare=True)}"
            case "prime", (value,):
                if self.profile == "mathlib":
                    return f"Nat.Prime {self.natural(value)}"
                return f"NuminaLean.isPrime {self.natural(value)} = true"
            case "composite", (value,):
                large = self.formula(Relation("<", number(1), value), 36)
                return f"({large} ∧ ¬ ({self.formula(Property('prime', args))}))"
            case "even" | "odd", (value,):
                domain = self._integral(value)
                if self.profile == "mathlib":
                    return f"{name.title()} {self.expression(value, domain, _ATOM)}"
                rest = 0 if name == "even" else 1
                return f"{self.expression(value, domain, 71)} % 2 = {rest}"
            case "power", (exponent, value):
                if self.profile == "mathlib":
                    power = self.expression(exponent, Domain.NAT, 75, bare=True)
                    root = unused_name("k", value, exponent)
                    return f"(∃ {root} : ℕ, {root} ^ {power} = {self.natural(value, 51)})"
                return f"NuminaLean.isPower {self.natural(exponent)} {self.natural(value)} = true"
            case "coprime", (left, right):
                return self.formula(Relation("=", Apply("gcd", (left, right)), number(1)))
            case "palindrome", (value,):
                digits = f"{_NAMES[self.profile]['digits']} 10 {self.natural(value)}"
                return f"({digits}).reverse = {digits}"
            case "integer", (Apply("div", (top, bottom)),) if self._are_integral(top, bottom):
                nonzero = self.formula(Relation("≠", bottom, number(0)), 36)
                return f"({nonzero} ∧ {self.formula(Property('divides', (bottom, top)), 36)})"
            case "integer", (value,):
                domain = domain_of(value, self.context)
                if domain <= Domain.INT:
                    return "True"
                integer = self.type_name(Domain.INT)
                text = self.expression(value, domain, 51)
                whole = unused_name("k", value)
                return f"(∃ {whole} : {integer}, ({whole} : {self.type_name(domain)}) = {text})"
            case "congruent", (left, right, modulus):
                domain = self._integral(left, right, modulus)
                below = self.expression(modulus, domain, 71, bare=True)
                bare = self._anchored(left, domain)
                first = self.expression(left, domain, 70, bare=bare)
                bare = self._anchored(right, domain)
                return (
                    f"{first} % {below} = {self.expression(right, domain, 70, bare=bare)} % {below}"
                )
        raise DeclineError("unsupported_notion", f"the property {name}")

    def _are_integral(self, *values: Expression) -> bool:
        return all(
            domain_of(value, self.context) <= Domain.INT or is_natural(value) for value in values
        )

    def _integral(self, *values: Expression) -> Domain:
        """ℕ or ℤ, whichever holds all `values`; declines for what is no integer."""
        if not self._are_integral(*values):
            raise DeclineError("domain_unclear", "a notion of integers applied to other numbers")
        natural = all(
            domain_of(value, self.context) is Domain.NAT or is_natural(value) for value in values
        )
        return Domain.NAT if natural else Domain.INT

    # Expressions

    def natural(self, value: Expression, level: int = _ATOM) -> str:
        """`value` as an argument in ℕ; declines unless it is natural beyond doubt."""
        if domain_of(value, self.context) is not Domain.NAT and not is_natural(value):
            raise DeclineError("domain_unclear", "a notion of natural numbers applied to others")
        return self.expression(value, Domain.NAT, level, bare=True)

    def _anchored(self, value: Expression, domain: Domain) -> bool:
        """Whether Lean sees the type of `value` without the help of a numeral."""
        match value:
            case Number():
                return False
            case Apply("add" | "sub" | "mul" | "div" | "neg", args):
                return any(self._anchored(arg, domain) for arg in args)
            case Apply("pow", (base, _)):
                return self._anchored(base, domain)
            case Apply("mod" | "quotient", (left, right)):
                return self._anchored(left, domain) or self._anchored(right, domain)
        return True

    def expression(
        self, value: Expression, domain: Domain, level: int = 0, *, bare: bool = False
    ) -> str:
        """`value` at `domain`, in parentheses if it binds looser than `level`.

        `bare`: its type is plain from around it, so that no numeral needs to carry it.
        """
        text, binds = self._print(value, domain, bare)
        return f"({text})" if binds < level else text

    def _print(self, value: Expression, domain: Domain, bare: bool) -> tuple[str, int]:
        match value:
            case Number():
                return self._number(value, domain, bare)
            case Symbol(name):
                return self._cast(lean_name(name), self.context.letters[name], domain, _ATOM)
            case Call(name, args):
                function = self.context.functions[name]
                parts = [self.expression(arg, function.domain, _ATOM, bare=True) for arg in args]
                text = " ".join([lean_name(name), *parts])
                return self._cast(text, function.domain, domain, _ATOM - 1)
            case Series():
                return self._series(value, domain)
            case Tally():
                return self._tally(value, domain)
            case Apply(name, args) if name in _INFIX:
                sign, binds = _INFIX[name]
                bare = bare or self._anchored(value, domain)
                self._check_natural(value, domain)
                left = self.expression(args[0], domain, binds, bare=bare)
                return (
                    f"{left} {sign} {self.expression(args[1], domain, binds + 1, bare=True)}",
                    binds,
                )
            case Apply("neg", (inner,)):
                if domain is Domain.NAT:
                    raise DeclineError("domain_unclear", "a negative natural number")
                return f"-{self.expression(inner, domain, 76, bare=bare)}", 75
            case Apply("pow", (base, exponent)):
                return self._power(base, exponent, domain, bare)
            case Apply():
                return self._named(value, domain, bare)
        raise DeclineError("unsupported_notion", "a tuple inside an expression")

    def _check_natural(self, value: Apply, domain: Domain) -> None:
        if domain is Domain.NAT and value.function in ("sub", "div") and not is_natural(value):
            raise DeclineError("domain_unclear", "a difference or quotient in ℕ")

    def _cast(self, text: str, have: Domain, want: Domain, binds: int) -> tuple[str, int]:
        if have is want:
            return text, binds
        if have > want:
            raise DeclineError("domain_unclear", "a number used in a smaller domain")
        if have is Domain.NAT and binds < _ATOM:
            return f"(({text} : {self.type_name(have)}) : {self.type_name(want)})", _ATOM
        return f"({text} : {self.type_name(want)})", _ATOM

    def _number(self, value: Number, domain: Domain, bare: bool) -> tuple[str, int]:
        top, bottom = value.value.numerator, value.value.denominator
        if (bottom != 1 and domain < Domain.RAT) or (top < 0 and domain is Domain.NAT):
            raise DeclineError("domain_unclear", "a literal outside its domain")
        digits = str(top) if bottom == 1 else _decimal(value.value)
        first = digits if bare else f"({digits} : {self.type_name(domain)})"
        return first, 75 if bare and top < 0 else _ATOM

    def _power(
        self, base: Expression, exponent: Expression, domain: Domain, bare: bool
    ) -> tuple[str, int]:
        above = domain_of(exponent, self.context)
        fixed = None if free_symbols(exponent) else known_value(exponent)
        # The type of a compound base does not reach into it from outside the power.
        plain = bare and isinstance(base, Number)
        below = self.expression(base, domain, 76, bare=plain or self._anchored(base, domain))
        if above is Domain.NAT or (fixed is not None and is_natural(exponent)):
            # A power under a minus under a power leaves core Lean in doubt of the exponents' type.
            doubtful = isinstance(base, Apply) and base.function == "neg" and _has_power(base)
            above_text = self.expression(exponent, Domain.NAT, 75, bare=not doubtful)
            return f"{below} ^ {above_text}", 75
        if fixed is not None and fixed.denominator == 1:
            if isinstance(exponent, Apply) and exponent.function == "neg":
                text = self.expression(exponent.args[0], Domain.NAT, 75, bare=True)
                return f"({below} ^ {text})⁻¹", _ATOM
            raise DeclineError("unsupported_notion", "an integer exponent in disguise")
        if above is Domain.INT:
            return f"{below} ^ {self._exponent(exponent, Domain.INT)}", 75
        if self.profile == "core":
            raise _needs_mathlib("a fractional exponent")
        return f"{below} ^ {self._exponent(exponent, Domain.REAL)}", 75

    def _exponent(self, exponent: Expression, domain: Domain) -> str:
        bare = domain is Domain.NAT or self._anchored(exponent, domain)
        return self.expression(exponent, domain, 75, bare=bare)

    def _named(self, value: Apply, domain: Domain, bare: bool) -> tuple[str, int]:
        name, args = value.function, value.args
        names = _NAMES[self.profile]
        match name, args:
            case "mod" | "quotient", (left, right):
                within = self._integral(left, right)
                sign = "%" if name == "mod" else "/"
                anchored = self._anchored(value, within) or (bare and within is domain)
                text = self.expression(left, within, 70, bare=anchored)
                text = f"{text} {sign} {self.expression(right, within, 71, bare=True)}"
                return self._cast(text, within, domain, 70)
            case "gcd" | "lcm", (left, right):
                within = self._integral(left, right)
                owner = "Nat" if within is Domain.NAT else "Int"
                parts = [self.expression(arg, within, _ATOM, bare=True) for arg in args]
                return self._cast(f"{owner}.{name} {' '.join(parts)}", Domain.NAT, domain, 1023)
            case "factorial" | "binomial" | "fibonacci", _:
                text = " ".join([names[name], *(self.natural(arg) for arg in args)])
                return self._cast(text, Domain.NAT, domain, 1023)
            case "of_digits", (base, *digits):
                listed = ", ".join(self.natural(digit, 0) for digit in reversed(digits))
                below = self.natural(base)
                if self.profile == "mathlib" and isinstance(base, Number):
                    below = f"({below} : ℕ)"  # mathlib's function is for any semiring
                text = f"{names['of_digits']} {below} [{listed}]"
                return self._cast(text, Domain.NAT, domain, 1023)
            case "digit_sum" | "digit_count", (base, inner):
                what = "sum" if name == "digit_sum" else "length"
                text = f"({names['digits']} {self.natural(base)} {self.natural(inner)}).{what}"
                return self._cast(text, Domain.NAT, domain, 1023)
            case "digit_at", (place, inner):
                power = self.expression(place, Domain.NAT, 75, bare=True)
                text = f"{self.natural(inner, 70)} / 10 ^ {power} % 10"
                return self._cast(text, Domain.NAT, domain, 70)
            case "floor" | "ceil", (inner,):
                return self._rounded(name, inner, domain)
            case "abs", (inner,):
                return self._absolute(inner, domain)
            case "max" | "min", (left, right):
                parts = [self.expression(arg, domain, _ATOM) for arg in args]
                return f"{name} {' '.join(parts)}", _ATOM - 1
        if self.profile == "core":
            raise _needs_mathlib(f"{name} of a number")
        return self._real(value, domain)

    def _rounded(self, name: str, inner: Expression, domain: Domain) -> tuple[str, int]:
        within = max(domain_of(inner, self.context), Domain.RAT)
        if self.profile == "mathlib":
            left, right = ("⌊", "⌋") if name == "floor" else ("⌈", "⌉")
            text = f"{left}{self.expression(inner, within)}{right}"
            return self._cast(text, Domain.INT, domain, _ATOM)
        if name == "floor" and isinstance(inner, Apply) and inner.function == "sqrt":
            text = f"NuminaLean.floorSqrt {self.natural(inner.args[0])}"
            return self._cast(text, Domain.NAT, domain, 1023)
        text = f"Rat.{name} {self.expression(inner, Domain.RAT, _ATOM)}"
        if within > Domain.RAT:
            raise _needs_mathlib("a rounded real number")
        if domain is Domain.INT:
            return text, _ATOM - 1
        return self._cast(f"({text})", Domain.INT, domain, _ATOM)

    def _absolute(self, inner: Expression, domain: Domain) -> tuple[str, int]:
        if self.profile == "mathlib":
            if domain_of(inner, self.context) is Domain.COMPLEX:
                text = self.expression(inner, Domain.COMPLEX, _ATOM)
                return self._cast(f"Complex.abs {text}", Domain.REAL, domain, 1023)
            return f"|{self.expression(inner, domain)}|", _ATOM
        if domain <= Domain.INT:
            text = f"Int.natAbs {self.expression(inner, Domain.INT, _ATOM)}"
            return self._cast(text, Domain.NAT, domain, 1023)
        text = self.expression(inner, domain, 51)
        return f"(if {text} ≥ 0 then {text} else -{self.expression(inner, domain, 76)})", _ATOM

    def _real(self, value: Apply, domain: Domain) -> tuple[str, int]:
        name, args = value.function, value.args
        if name == "i":
            return "Complex.I", _ATOM
        if domain is not Domain.REAL:
            raise DeclineError("unsupported_notion", "a real function among complex numbers")
        match name, args:
            case "pi", ():
                return "Real.pi", _ATOM
            case "sqrt" | "ln" | "sin" | "cos" | "tan" | "exp", (inner,):
                text = self.expression(inner, Domain.REAL, _ATOM)
                return f"{_NAMES['mathlib'][name]} {text}", _ATOM - 1
            case "cot" | "sec" | "csc", (inner,):
                text = self.expression(inner, Domain.REAL, _ATOM)
                top, bottom = {"cot": (f"Real.cos {text}", "sin"), "sec": ("1", "cos"),
                               "csc": ("1", "sin")}[name]  # fmt: skip
                return f"{top} / Real.{bottom} {text}", 70
            case "log", (base, inner):
                parts = [self.expression(arg, Domain.REAL, _ATOM) for arg in (base, inner)]
                return f"Real.logb {' '.join(parts)}", _ATOM - 1
            case "degrees", (inner,):
                return f"{self.expression(inner, Domain.REAL, 70)} * Real.pi / 180", 70
            case "root", (degree, inner):
                if (known_value(inner) or -1) < 0:
                    raise DeclineError("unsupported_notion", "a root of an unknown number")
                text = self.expression(inner, Domain.REAL, 76)
                return f"{text} ^ ((1 : ℝ) / {self.natural(degree, 71)})", 75
        raise DeclineError("unsupported_notion", f"the function {name}")

    def _series(self, series: Series, domain: Domain) -> tuple[str, int]:
        inner = self.inside(series.index, Domain.NAT)
        low, high = self.natural(series.low), self.natural(series.high)
        body = inner.expression(series.body, domain)
        index = lean_name(series.index)
        if self.profile == "mathlib":
            sign = "∑" if series.kind == "sum" else "∏"
            body = inner.expression(series.body, domain, 68)
            # Without its type the index would be taken for whatever the body casts it to.
            if isinstance(series.low, Number):
                low = self.expression(series.low, Domain.NAT, _ATOM)
            return f"({sign} {index} ∈ Finset.Icc {low} {high}, {body})", _ATOM
        name = "sumRange" if series.kind == "sum" else "prodRange"
        function = f"(fun ({index} : Nat) => {body})"
        return f"NuminaLean.{name} {low} {high} {function}", _ATOM - 1

    def _tally(self, tally: Tally, domain: Domain) -> tuple[str, int]:
        collection = tally.collection
        bounds = self.bounds(collection)
        divisors = _divisors_of(collection)
        counted = self.profile == "core" and tally.kind == "count"
        if counted and divisors is not None and free_symbols(divisors):
            inner = self.inside(collection.variable, collection.domain)
            listed = f"(NuminaLean.between 1 {self.natural(divisors)}).filter"
            body = inner.formula(collection.condition)
            condition = f"(fun ({lean_name(collection.variable)} : Nat) => {body})"
            return self._cast(f"({listed} {condition}).length", Domain.NAT, domain, 1023)
        have = Domain.NAT if tally.kind == "count" else collection.domain
        if self.profile == "mathlib" and tally.kind == "count":
            return self._cast(f"Set.ncard {self.collection(collection)}", have, domain, 1023)
        if bounds is None or self.profile == "mathlib":
            raise DeclineError("unsupported_notion", "a number got from a set without bounds")
        what = {"count": "length", "sum": "sum"}.get(tally.kind)
        if what is None:
            return self._cast(f"({self.listed(collection)}).foldl (· * ·) 1", have, domain, 1023)
        return self._cast(f"({self.listed(collection)}).{what}", have, domain, _ATOM - 1)

    def bounds(self, collection: Collection) -> tuple[int, int] | None:
        """Bounds that the condition itself puts on the members."""
        if collection.domain > Domain.INT:
            return None
        return integer_range(
            collection.condition, collection.variable, collection.domain, known_value
        )

    def collection(self, collection: Collection) -> str:
        """The set in set-builder notation (mathlib only)."""
        inner = self.inside(collection.variable, collection.domain)
        binder = f"{lean_name(collection.variable)} : {self.type_name(collection.domain)}"
        return f"{{{binder} | {inner.formula(collection.condition)}}}"

    def listed(self, collection: Collection) -> str:
        """The members in order, as a filtered list between the bounds that are forced on them."""
        bounds = self.bounds(collection)
        if bounds is None:
            raise DeclineError("unsupported_notion", "a list of a set without bounds")
        low, high = bounds
        inner = self.inside(collection.variable, collection.domain)
        condition = inner.formula(collection.condition)
        binder = f"fun ({lean_name(collection.variable)} : {self.type_name(collection.domain)})"
        if any(isinstance(part, Quantified) for part in walk(collection.condition)):
            raise _needs_mathlib("a filter by a quantified condition")
        if any(free_symbols(collection)):
            raise DeclineError("unsupported_notion", "a set that depends on a letter")
        if collection.domain is Domain.NAT:
            source = f"NuminaLean.between {low} {max(high, 0)}"
        else:
            source = f"NuminaLean.integersBetween ({low}) ({high})"
        return f"({source}).filter ({binder} => {condition})"


def _has_power(expression: Expression) -> bool:
    return any(isinstance(part, Apply) and part.function == "pow" for part in walk(expression))


def _divisors_of(collection: Collection) -> Expression | None:
    """The number whose positive divisors `collection` is, where it is just that."""
    match collection.condition:
        case And((Relation("<", Number(zero), Symbol(one)), Property("divides", (Symbol(two), n)))):
            return n if zero == 0 and one == two == collection.variable else None
    return None
