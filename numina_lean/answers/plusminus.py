"""The values of an expression with `±`."""

from collections.abc import Callable

from numina_lean.answers.terms import negative, power, product, root, total
from numina_lean.answers.value import Call, Expression

_REBUILT: dict[str, Callable[[tuple[Expression, ...]], Expression]] = {
    "+": total,
    "*": product,
    "^": lambda args: power(*args),
    "root": lambda args: root(*args),
}


def both_signs(expression: Expression) -> tuple[Expression, ...]:
    """The two values where it has `±` or `∓`, all of one choice of signs; else it alone."""
    if not _signed(expression):
        return (expression,)
    return tuple(dict.fromkeys((_chosen(expression, up=True), _chosen(expression, up=False))))


def _signed(expression: Expression) -> bool:
    if not isinstance(expression, Call):
        return False
    return expression.head in ("±", "∓") or any(map(_signed, expression.args))


def _chosen(expression: Expression, *, up: bool) -> Expression:
    if not isinstance(expression, Call):
        return expression
    args = tuple(_chosen(arg, up=up) for arg in expression.args)
    if expression.head in ("±", "∓"):
        return args[0] if (expression.head == "±") is up else negative(args[0])
    rebuilt = _REBUILT.get(expression.head)
    return rebuilt(args) if rebuilt else Call(expression.head, args)
