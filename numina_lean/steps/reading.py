"""From the LaTeX of a side to what it may mean: expressions over ℚ with letters and roots."""

import re

from numina_lean.steps.step import Unread
from numina_lean.translate.rules.decline import DeclineError, Reason
from numina_lean.translate.rules.expression import Apply, Expression, Number, Series, Symbol, walk
from numina_lean.translate.rules.formula import FormulaReader, parse_formula

_MIXED = re.compile(r"(?<=\d)\s*(?=\\[dtc]?frac)")
_BY_FRACTION = re.compile(r"/\s*(\d+)\s*/\s*(\d+)(?![\d.])")
_UNREAD: dict[Reason, Unread] = {
    "ambiguous": "ambiguous",
    "undefined_symbol": "undefined_symbol",
    "not_well_defined": "undefined_value",
    "too_long": "too_large",
    "not_in_profile": "not_rational",
}


def read_side(formula: str) -> tuple[Expression, ...] | Unread:
    """What `formula` may mean, the likeliest first, or why nothing. Raises on no text.

    A whole number before a fraction is a mixed number or a product; a percentage is a hundredth or
    a unit, which goes without saying on one side: 3 / 4 * 100 = 75 %; 14 / 1 / 4 may be 14 by a
    quarter.
    """
    found: list[Expression] = []
    failure: Unread = "notation"
    for text in _spellings(formula):
        try:
            expression = _read(text)
        except DeclineError as error:
            failure = _UNREAD.get(error.reason, "notation")
            break
        except RecursionError:
            return "too_large"
        if expression not in found:
            found.append(expression)
    return tuple(found) or failure


def _spellings(formula: str) -> list[str]:
    return [
        formula,
        _MIXED.sub(r"\\cdot ", formula),
        _BY_FRACTION.sub(r"/(\1/\2)", formula),
        formula.replace(r"\%", ""),
    ]


def _read(text: str) -> Expression:
    items = FormulaReader().items(parse_formula(text))
    if len(items) != 1:
        raise DeclineError("unparsed_math", "several items")
    item = items[0]
    if not isinstance(item, Number | Symbol | Apply | Series):
        raise DeclineError("unparsed_math", "no number")
    if sum(isinstance(node, Series) for node in walk(item)) > 1:
        raise DeclineError("too_long", "several sums or products, maybe one inside the other")
    return item
