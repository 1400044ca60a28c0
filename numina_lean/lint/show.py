"""Closed arithmetic as text, for a person to recognise in the source."""

from numina_lean.lint.term import Application, Constant, Numeral, Term, head, operands

_INFIX = {
    "HAdd.hAdd": ("+", 65),
    "HSub.hSub": ("-", 65),
    "HMul.hMul": ("*", 70),
    "HDiv.hDiv": ("/", 70),
    "HMod.hMod": ("%", 70),
    "HPow.hPow": ("^", 75),
}
_TIGHT = 80
LONGEST = 80


def arithmetic_text(term: Term) -> str:
    """`term` in Lean's notation, cut to one readable line."""
    text = _text(term)[0]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(term: Term) -> tuple[str, int]:
    """The text, and how tightly its outermost operator binds."""
    if isinstance(term, Numeral):
        return str(term.value), 100
    name, arguments = head(term), operands(term)
    if name == "OfNat.ofNat" and len(arguments) > 1:
        return _text(arguments[1])
    if name in _INFIX and len(arguments) >= 2:
        symbol, strength = _INFIX[name]
        power = symbol == "^"
        left = _wrapped(arguments[-2], strength + 1 if power else strength)
        right = _wrapped(arguments[-1], strength if power else strength + 1)
        return (f"{left}{symbol}{right}" if power else f"{left} {symbol} {right}"), strength
    if name == "Neg.neg" and arguments:
        return f"-{_wrapped(arguments[-1], 75)}", 75
    if isinstance(term, Application) and name and arguments:
        return f"{name.rpartition('.')[2]} {_wrapped(arguments[-1], _TIGHT + 1)}", _TIGHT
    return (term.name, 100) if isinstance(term, Constant) else ("…", 100)


def _wrapped(term: Term, strength: int) -> str:
    text, own = _text(term)
    return text if own >= strength else f"({text})"
