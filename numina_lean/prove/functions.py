"""Functions that a search for counterexamples tries: values with a Lean text.

A function that a hypothesis gives by a formula is that formula; any other is one of a short list,
with the values that hypotheses give it at single numbers. Covers functions of one number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from numina_lean.lint.facts import Variable
from numina_lean.lint.term import (
    Application,
    Binder,
    Bound,
    Constant,
    Free,
    Numeral,
    Term,
    free_keys,
    head,
    operands,
)
from numina_lean.prove.evaluation import Evaluation, Steps, UnknownError, Value

NUMBER_KINDS = frozenset({"Nat", "Int", "Rat"})


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a value, with its Lean text."""

    call: Callable[[Value], Value]
    text: str

    def __call__(self, value: Value) -> Value:
        return self.call(value)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function that a hypothesis gives by a formula, which may have other variables in it."""

    body: Term
    """With the argument as its innermost bound variable."""


Point = dict[str, Value]
"""Values by the key of the variable."""


def kind_of(type_: Term) -> str | None:
    """`Nat`, `Int`, `Rat`, `Bool` or `Fin` for such a type, else None."""
    if isinstance(type_, Constant) and type_.name in NUMBER_KINDS | {"Bool"}:
        return type_.name
    return "Fin" if head(type_) == "Fin" else None


def signature(type_: Term) -> tuple[tuple[str, ...], str] | None:
    """The argument types and the result of a function between numbers."""
    arguments: list[str] = []
    while isinstance(type_, Binder) and type_.forall:
        kind = kind_of(type_.type)
        if kind not in NUMBER_KINDS:
            return None
        arguments.append(kind)
        type_ = type_.body
    result = kind_of(type_)
    return (tuple(arguments), result) if arguments and result in NUMBER_KINDS and result else None


_FAMILY: tuple[tuple[Callable[[Value], Value], str], ...] = (
    (lambda x: x, "fun x => {x}"),
    (lambda x: 0, "fun _ => 0"),
    (lambda x: 1, "fun _ => 1"),
    (lambda x: x + 1, "fun x => {x} + 1"),
    (lambda x: 2 * x, "fun x => 2 * {x}"),
    (lambda x: 2, "fun _ => 2"),
    (lambda x: x * x, "fun x => {x} * {x}"),
    (lambda x: x + 2, "fun x => {x} + 2"),
)
_BELOW_ZERO: tuple[tuple[Callable[[Value], Value], str], ...] = (
    (lambda x: -x, "fun x => -{x}"),
    (lambda x: -1, "fun _ => -1"),
    (lambda x: 1 - x, "fun x => 1 - {x}"),
)
_INFIX = {
    "HAdd.hAdd": "+", "HSub.hSub": "-", "HMul.hMul": "*", "HDiv.hDiv": "/", "HMod.hMod": "%",
    "HPow.hPow": "^",
}  # fmt: skip
_CASTS = {("Nat", "Int"): "(x : Int)", ("Nat", "Rat"): "(x : Rat)", ("Int", "Rat"): "(x : Rat)"}


def choices_of(variables: list[Variable], parts: list[Term]) -> Iterator[Point]:
    """Choices for the variables that are functions; one empty choice where none is."""
    functional = [each for each in variables if signature(each.type) is not None]
    if not functional:
        yield {}
        return
    if len(functional) > 2:
        return
    choices = [list(_candidates(each, parts)) for each in functional]
    for first in choices[0]:
        for second in choices[1] if len(choices) > 1 else [None]:
            point: Point = {functional[0].term.key: first}
            if second is not None:
                point[functional[1].term.key] = second
            yield point


def _candidates(variable: Variable, parts: list[Term]) -> Iterator[Function | Definition]:
    found = signature(variable.type)
    assert found is not None
    arguments, result = found
    if len(arguments) != 1:
        return
    definition = _definition(variable.term.key, parts)
    if definition is not None:
        yield definition
        return
    same = "x" if arguments[0] == result else _CASTS.get((arguments[0], result))
    pins = dict(_pins(variable.term.key, parts))
    family = _FAMILY if result == "Nat" else _FAMILY + _BELOW_ZERO
    for call, text in family:
        if "{x}" in text and same is None:
            continue
        plain = text.format(x=same or "")
        if not pins:
            yield Function(call, plain)
            continue
        argument, _, body = plain.removeprefix("fun ").partition(" => ")
        name = "x" if argument == "_" else argument
        for at, value in reversed(pins.items()):
            body = f"if {name} = {_text(at)} then {_text(value)} else {body}"
        yield Function(_pinned(call, pins), f"fun {name} => {body}")


def _definition(key: str, parts: list[Term]) -> Definition | None:
    """The formula of `∀ x, f x = formula`, where it can be written in Lean again."""
    for part in parts:
        if not (isinstance(part, Binder) and part.forall and head(part.body) == "Eq"):
            continue
        _, left, right = operands(part.body)
        defines = Application(Free(key), (Bound(0),))
        if left == defines and key not in free_keys(right) and _writable(right):
            return Definition(right)
    return None


def _writable(term: Term) -> bool:
    try:
        formula_text(term, dict.fromkeys(free_keys(term), 1))
    except UnknownError:
        return False
    return True


def formula_text(term: Term, point: Point) -> str:
    """Arithmetic in one bound variable, `x`, at the values of the others. Raises `UnknownError`."""
    match term:
        case Bound(0):
            return "x"
        case Free(key) if isinstance(point.get(key), int | Fraction):
            return _text(point[key])
        case Application(_, arguments):
            name = head(term)
            if name == "OfNat.ofNat" and isinstance(arguments[1], Numeral):
                return str(arguments[1].value)
            if name == "Neg.neg":
                return f"(-{formula_text(arguments[-1], point)})"
            if name in _INFIX:
                left, right = (formula_text(each, point) for each in arguments[-2:])
                return f"({left} {_INFIX[name]} {right})"
    raise UnknownError


def _pinned(call: Callable[[Value], Value], pins: dict[Value, Value]) -> Callable[[Value], Value]:
    return lambda x: pins[x] if x in pins else call(x)


def _pins(key: str, parts: list[Term]) -> Iterator[tuple[Value, Value]]:
    """The values that hypotheses give a function at numbers."""
    evaluation = Evaluation({}, Steps(1_000))
    for part in parts:
        if head(part) != "Eq" or len(operands(part)) != 3:
            continue
        left, right = operands(part)[-2:]
        for side, other in ((left, right), (right, left)):
            if isinstance(side, Application) and side.function == Free(key):
                try:
                    yield evaluation.value(side.arguments[0]), evaluation.value(other)
                except (UnknownError, TypeError):
                    continue


def _text(value: Value) -> str:
    return f"({value})" if value < 0 or isinstance(value, Fraction) else str(value)


def value_text(value: Value) -> str:
    """A value as Lean text."""
    if isinstance(value, Function):
        return f"({value.text})"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value)
