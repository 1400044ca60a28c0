"""One side of a relation in LaTeX, with what is no part of the number taken off."""

import re

from numina_lean.steps.step import Side, Unread

SCALES = frozenset(
    ["hundred", "hundreds", "thousand", "thousands", "million", "millions", "billion", "trillion",
     "dozen", "dozens", "k", "percent", "score", "pair", "pairs", "half", "halves", "third",
     "thirds", "quarter", "quarters", "fourth", "fourths", "fifth", "fifths", "tenth", "tenths"]
)  # fmt: skip
"""Words after a number that make another number of it."""
OPERATIONS = frozenset(
    ["of", "times", "plus", "minus", "half", "twice", "thrice", "double", "triple", "by", "than",
     "over", "squared", "cubed", "divided", "multiplied", "subtract", "add", "less", "more",
     "base", "mod", "modulo", "factorial", "choose", "to", "th", "st", "nd", "rd", "quadruple",
     "remainder", "negative", "ratio", "point"]
)  # fmt: skip
"""Words that say what to do with the number beside them."""

_PARTS = frozenset(
    ["half", "third", "thirds", "quarter", "quarters", "fourth", "fourths", "fifth", "fifths",
     "tenth", "tenths", "percent", "%", "sum", "product", "difference", "quotient", "square",
     "cube", "root", "times", "multiple", "factorial", "logarithm"]
)  # fmt: skip
_DONE_BY = frozenset(
    ["multiplied", "divided", "multiply", "divide", "multiplying", "dividing", "increased",
     "decreased", "increase", "decrease", "subtracted", "reduced"]
)  # fmt: skip
_FRAME = re.compile(r"\\(?:boxed|fbox|framebox|cancel|bcancel|xcancel|ensuremath|underline)\s*\{")
_COLOUR = re.compile(r"\\(?:textcolor|color)\s*\{[^{}]*\}")
_LOOKS = re.compile(
    r"\\\\(?:\s*\[[^\]\n]{0,10}\])?|(?<!\\)&|\\(?:nonumber|notag|displaystyle|textstyle|hfill|break|newline)\b"
    r"|\\(?:tag|label|hspace|vspace|phantom|hphantom)\*?\s*\{[^{}]*\}|\\[bB]ig+[lr]?(?![a-zA-Z])|~"
)
_DEGREE = re.compile(r"\^\s*(?:\\circ\b|\{\s*\\circ\s*\})|\\degree\b|°")
_MONEY = re.compile(r"\\\$|\\textdollar\b|(?<!\\)\$")
_TEXT = re.compile(
    r"(?:\\[ ,;:]|\s)*\\(?:text|mbox|textrm|textit|textbf|mathrm)\s*\{([^{}]*)\}"
    r"(?:\s*\^\s*(?:\d|\{\d\}))?"
)
_KNOWN = frozenset({"gcd", "lcm", "gcf", "max", "min", "mod"})
_END = re.compile(r"[\s.,;:]+\Z|\\[,;:! ]+\Z")
_OPERATOR = r"(?:[+*/]|\\cdot\b|\\times\b|\\div\b)"
_STARTS = re.compile(rf"\s*{_OPERATOR}")
_HANGS = re.compile(rf"(?:{_OPERATOR}|-)\s*\Z")
_OPERAND = re.compile(r"[\d}\)\]a-zA-Z!.%]\s*\Z")


def operates(before: str) -> bool:
    """Whether the text `before` a formula does something to it: "half of", "multiplied by"."""
    words = re.findall(r"[a-z]+|%|\d+", before[-80:].lower())
    if not words or not re.search(r"[a-zA-Z%]\s*[\"'(]*\Z", before):
        return False
    last, rest = words[-1], words[-4:-1]
    if last == "of":
        return bool(_PARTS & set(rest)) or bool(rest and rest[-1].isdigit())
    if last == "by":
        return bool(_DONE_BY & set(rest))
    if last in ("to", "more"):
        return bool(rest and rest[-1].isdigit()) or bool({"add", "added", "adding"} & set(rest))
    return last in OPERATIONS | SCALES


def latex_side(solution: str, start: int, end: int, doubt: Unread | None = None) -> Side:
    """The side that stands in `solution[start:end]`, blanks around it left out."""
    text = solution[start:end]
    start += len(text) - len(text.lstrip(" \t\n&"))
    end = max(start, end - (len(text) - len(text.rstrip(" \t\n&"))))
    cleaned, units, found = _clean(solution[start:end])
    doubt = doubt or found or _cut(cleaned)
    return Side(start, end, cleaned, units, doubt)


def _cut(text: str) -> Unread | None:
    return "incomplete" if not text or _STARTS.match(text) or _HANGS.search(text) else None


def _clean(text: str) -> tuple[str, tuple[str, ...], Unread | None]:
    units: list[str] = []
    doubt: Unread | None = None
    text = _LOOKS.sub(" ", _COLOUR.sub("", text))
    while match := _FRAME.search(text):
        # A digit beside a frame makes a numeral with it.
        before = text[: match.start()].rstrip()
        if before[-1:].isalnum():
            doubt = "notation"
        text = f"{text[: match.start()]}{{{text[match.end() :]}"
    text, degrees = _DEGREE.subn("", text)
    text, money = _MONEY.subn("", text)
    units += ["°"] * bool(degrees) + ["$"] * bool(money)

    def unit(match: re.Match[str]) -> str:
        nonlocal doubt
        words = match.group(1).strip().strip(".,()").lower()
        if words in _KNOWN:
            return match.group()
        parts = re.findall(r"[a-z]+", words)
        if not _OPERAND.search(text[: match.start()]) or (SCALES | OPERATIONS) & set(parts):
            doubt = "words"
        if re.search(r"\d|=", words):
            doubt = "words"
        units.append(" ".join(parts))
        return " "

    text = _TEXT.sub(unit, text)
    while match := _END.search(text):
        text = text[: match.start()]
    return text.strip(), tuple(each for each in units if each), doubt
