r"""The unit behind (or the currency before) a number, by one name for each unit.

Known units have their short name (`cm` for centimetres, `ft^3` for cubic feet); any other words in
that place are a unit by themselves, in the singular. Words that only say what is counted as such
("units", "degrees" aside) are no unit. Nothing is converted.
"""

import re
from collections.abc import Sequence

from numina_lean.answers.tokens import Token

PERCENT = "%"
DEGREE = "degree"

_NAMES = {
    name: short
    for short, names in (
        ("mm", "mm millimeter millimetre"), ("cm", "cm centimeter centimetre"),
        ("dm", "dm decimeter decimetre"), ("m", "m meter metre"), ("km", "km kilometer kilometre"),
        ("in", "in inch inche"), ("ft", "ft foot feet"), ("yd", "yd yard"), ("mi", "mi mile"),
        ("mg", "mg milligram"), ("g", "g gram"), ("kg", "kg kilogram kilo"), ("ton", "ton tonne"),
        ("lb", "lb pound"), ("oz", "oz ounce"), ("s", "s sec second"), ("min", "min minute"),
        ("h", "h hr hour"), ("week", "week wk"), ("month", "month mo"), ("year", "year yr"),
        ("L", "l liter litre"), ("mL", "ml milliliter millilitre"), ("gal", "gal gallon"),
        ("qt", "qt quart"), ("mph", "mph"), ("kph", "kph kmh"), ("N", "n newton"), ("J", "j joule"),
        ("W", "w watt"), ("dollar", "dollar usd buck"), ("cent", "cent penny pennie ¢"),
        ("euro", "euro eur"), ("£", "gbp"), ("rad", "rad radian"), (DEGREE, "degree deg"),
        (PERCENT, "percent pct percentage"),
    )
    for name in names.split()
}  # fmt: skip
_COMMONS = frozenset({"unit", "th", "st", "nd", "rd", "o'clock", "in total", "total", "altogether"})
"""Said behind a number without meaning a unit: "square units", "5th"."""

_MONEY = {
    r"\$": "dollar",
    "$": "dollar",
    "€": "euro",
    "£": "£",
    "¢": "cent",
    r"\textdollar": "dollar",
}
_LETTERS = frozenset("mgshlLNJWVK")
_NOT_UNITS = frozenset(
    {"and", "or", "if", "for", "is", "where", "when", "not", "none", "yes", "no", "over", "to",
     "with", "mod", "modulo", "but"}
)  # fmt: skip
_ANGULAR = frozenset({r"\sin", r"\cos", r"\tan", r"\cot", r"\sec", r"\csc"})
"""Functions of an angle: degrees behind one are its argument's, not the answer's."""

_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3}
_PART = re.compile(r"\^\d|/|[^\W\d_']+(?:'[^\W\d_]+)?|[¢%]")


def parted(tokens: Sequence[Token]) -> tuple[Sequence[Token], str | None]:
    """The tokens of the amount, and the unit's name; None without a unit."""
    if len(tokens) > 1 and tokens[0].text in _MONEY and tokens[0].kind in ("sign", "command"):
        amount, behind = parted(tokens[1:])
        return amount, behind or _MONEY[tokens[0].text]
    if len(tokens) > 2 and tokens[0].text == "-" and tokens[1].text in _MONEY:
        return [tokens[0], *tokens[2:]], _MONEY[tokens[1].text]
    start = _start(tokens)
    if start == len(tokens):
        return tokens, None
    return tokens[:start], _name(tokens[start:])


def _start(tokens: Sequence[Token]) -> int:
    """Where the unit begins; at the end where there is none."""
    end = len(tokens)
    if (
        end > 1
        and tokens[-1].text in ("%", r"\%", "¢", r"\textdollar")
        and _ends_amount(tokens[-2])
    ):
        return end - 1
    if end > 1 and tokens[-1].text in _MONEY and _ends_amount(tokens[-2]):
        return end - 1
    for at in range(1, end):
        if _begins(tokens, at) and all(_continues(tokens, later) for later in range(at, end)):
            return at
    return end


def _begins(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if not _ends_amount(tokens[at - 1]):
        return False
    if token.text == "^" and at + 1 < len(tokens) and tokens[at + 1].text == r"\circ":
        return not any(earlier.text in _ANGULAR for earlier in tokens[:at])
    return _worded(token)


def _worded(token: Token) -> bool:
    if token.kind not in ("text", "word"):
        return False
    bare = token.text.strip(" .,")
    return bare.lower() not in _NOT_UNITS and (len(bare) > 1 or bare in _LETTERS)


def _continues(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.kind == "number":
        return tokens[at - 1].text in ("^", "{") and token.text in "23"
    if token.text in ("C", "F") and tokens[at - 1].text == r"\circ":
        return True
    return _worded(token) or token.text in ("^", "/", "{", "}", ".", r"\circ", r"\cdot", "(", ")")


def _ends_amount(token: Token) -> bool:
    if token.kind in ("number", "letter", "name"):
        return True
    return token.text in ("}", ")", "]", "|", r"\pi", r"\rfloor", r"\rceil", r"\infty", "!", "_")


def _name(tokens: Sequence[Token]) -> str | None:
    written = " ".join(token.text for token in tokens).lower().replace(r"^ \circ", DEGREE)
    written = re.sub(r"\^ ?\{? ?([23]) ?\}?", r"^\1", written).replace(r"\cdot", " ")
    written = re.sub(r"\bsq\.", "sq", written).replace("-", " ").replace(r"\%", "%")
    if written.strip() in _MONEY:
        return _MONEY[written.strip()]
    parts: list[str] = []
    raised = 1
    for part in _PART.findall(written):
        if part in _POWERS and part.endswith("ed") and parts:
            parts[-1] += f"^{_POWERS[part]}"
        elif part in _POWERS:
            raised = _POWERS[part]
        elif part in ("per", "/"):
            parts.append("/")
        elif part.startswith("^"):
            if parts:
                parts[-1] += part
        else:
            parts.append(_singular(part) + (f"^{raised}" if raised > 1 else ""))
            raised = 1
    name = " ".join(parts)
    name = {"mi / h": "mph", "km / h": "kph"}.get(name, name)
    return None if not name or name.partition("^")[0] in _COMMONS else name


def _singular(word: str) -> str:
    for name in (word, word.removesuffix("s"), word.removesuffix("es")):
        if name in _NAMES:
            return _NAMES[name]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
