r"""The normal spelling of an answer: one way to write what LaTeX and Unicode write in many.

Without fonts that change nothing, spacing, delimiters of formulas and sizes of brackets; Unicode
signs in LaTeX's words. What it says stays the same.
"""

import re
import unicodedata

LONGEST = 4000
"""Characters of an answer that is read; a longer one is compared by its text alone."""

_SIGNS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "×": r"\times ", "⋅": r"\cdot ",
    "·": r"\cdot ", "∙": r"\cdot ", "•": r"\cdot ", "∗": "*", "÷": "/", "∕": "/", "⁄": "/",
    "π": r"\pi ", "∞": r"\infty ", "≤": r"\le ", "≥": r"\ge ", "⩽": r"\le ", "⩾": r"\ge ",
    "≠": r"\ne ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "∅": r"\emptyset ",
    "ℝ": r"\mathbb{R}", "°": r"^\circ ", "º": r"^\circ ", "±": r"\pm ", "∓": r"\mp ",
    "≈": r"\approx ", "′": "'", "…": r"\ldots ", "∖": r"\setminus ", "⌊": r"\lfloor ",
    "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "⟨": r"\langle ", "⟩": r"\rangle ",
    "∣": "|", "，": ",", "；": ";", "：": ":", "（": "(", "）": ")", "％": "%", "＄": "$",
    "θ": r"\theta ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "λ": r"\lambda ",
    "φ": r"\phi ", "ω": r"\omega ", "“": '"', "”": '"', "‘": "'", "’": "'", "。": ".",
}  # fmt: skip
_ROOTS = {"√": "", "∛": "[3]", "∜": "[4]"}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_UNICODE_RUN = re.compile(f"([{''.join(_RAISED)}]+)|([{''.join(_LOWERED)}]+)")
_UNICODE_ROOT = re.compile(r"([√∛∜])\s*(\d+(?:\.\d+)?|[A-Za-z]|(?=[({\\])|)")

_REWRITTEN = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<!\\)\\\\(?=(?:d|t|c)?frac|sqrt|text|pi|boxed|left|right|infty|cup|circ)", r"\\"),
        (r"\\(?:displaystyle|textstyle|scriptstyle|limits|nolimits|mathstrut)(?![A-Za-z])", ""),
        (r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*\.", ""),
        (r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])", ""),
        (r"\\(?:lvert|rvert|vert|mid)(?![A-Za-z])", "|"),
        (r"\\(?:lbrace)(?![A-Za-z])", r"\\{"),
        (r"\\(?:rbrace)(?![A-Za-z])", r"\\}"),
        (r"\\(?:lbrack)(?![A-Za-z])", "["),
        (r"\\(?:rbrack)(?![A-Za-z])", "]"),
        (r"\\(?:lparen)(?![A-Za-z])", "("),
        (r"\\(?:rparen)(?![A-Za-z])", ")"),
        (r"\\(?:d|t|c|x)frac(?![A-Za-z])", r"\\frac"),
        (r"\\frac(?=[A-Za-z])", r"\\frac "),
        (r"\\(?:d|t)binom(?![A-Za-z])", r"\\binom"),
        (r"\\(?:leqslant|leq|leqq)(?![A-Za-z])", r"\\le"),
        (r"\\(?:geqslant|geq|geqq)(?![A-Za-z])", r"\\ge"),
        (r"\\neq(?![A-Za-z])", r"\\ne"),
        (r"\\(?:varnothing|O)(?![A-Za-z])", r"\\emptyset"),
        (r"\\(?:R|reals|Reals)(?![A-Za-z])", r"\\mathbb{R}"),
        (r"\\(?:mathbb|mathbf|Bbb)\s*(?:\{\s*R\s*\}|R)(?![A-Za-z])", r"\\mathbb{R}"),
        (r"\\(?:thickapprox|simeq|cong|sim)(?![A-Za-z])", r"\\approx"),
        (r"\\(?:degree|degrees)(?![A-Za-z])", r"^\\circ"),
        (r"\^\s*\{\s*\\circ\s*\}", r"^\\circ"),
        (r"\\(?:boxed|fbox|mathop|ensuremath|underline|overbrace|phantom)(?=\s*\{)", ""),
        (r"\\(?:rm|bf|it|sf|tt)(?![A-Za-z])", ""),
        (r"(?<=\d)\s*\{,\}\s*(?=\d)", ""),
        (r"(?<=\d),\\!\s*(?=\d{3})", ""),
        (r"(?<=\d)(?:\\[,;:! ]|~|\\thinspace(?![A-Za-z]))\s*(?=\d{3}(?!\d))", ""),
        (r"(?<!\\)\\!", ""),
        (r"(?<!\\)\\(?:[,;:> ]|q?quad(?![A-Za-z])|thinspace(?![A-Za-z])|hspace\*?\{[^{}]*\})", " "),
        (r"(?<!\\)\\(?:\(|\)|\[|\])", " "),
        (
            r"(?<=\d)\s*\^\s*(?:\{\s*(?:th|st|nd|rd)\s*\}"
            r"|\{\s*\\(?:text|mathrm|mbox)\s*\{\s*(?:th|st|nd|rd)\s*\}\s*\}"
            r"|\\(?:text|mathrm|mbox)\s*\{\s*(?:th|st|nd|rd)\s*\})",
            "",
        ),
        (r"(?<=\d)\s+(mm|cm|m|km|mi|ft)\s*/\s*(s|sec|h|hr|min)\s*$", r"\\text{\1/\2}"),
        (r"\\(?:dots|cdots|ldots|dotsc|dotsb)(?![A-Za-z])", r"\\ldots"),
        (r"(?<!\\)~", " "),
        (r"^\*\*|\*\*$", " "),
    )
)
_SPACED_DIGITS = re.compile(r"\\mathbf\s*\{\s*(\d(?:\s\d)+)\s*\.?\s*\}")
"""A bold number as it comes from scanned pages."""

_REPEATING = re.compile(r"(?<!\d)(\d*)\.(\d*)\\(?:overline|bar|dot)\s*\{(\d+)\}")

_FORMULA = re.compile(r"(?<!\\)\$")


def spelled(text: str) -> str:
    """The normal spelling of `text`, which is no longer than `LONGEST`."""
    text = _UNICODE_ROOT.sub(_root, text)
    text = _UNICODE_RUN.sub(_raised, text)
    text = "".join(_sign(char) for char in text)
    for pattern, replacement in _REWRITTEN:
        text = pattern.sub(replacement, text)
    text = _SPACED_DIGITS.sub(lambda match: squeezed(match[1]), text)
    text = _REPEATING.sub(_repeating, text)
    text = _money(text)
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """`text` without white space: what is compared where nothing else can be."""
    return "".join(text.split())


def _sign(char: str) -> str:
    if char < "\x7f":
        return char
    if char in _SIGNS:
        return _SIGNS[char]
    fraction = unicodedata.decomposition(char)
    if fraction.startswith("<fraction>"):
        above, _, below = unicodedata.normalize("NFKC", char).partition("⁄")
        return rf"\frac{{{above}}}{{{below}}}" if above and below else char
    if char.isspace() or unicodedata.category(char) in ("Cf", "Cc"):
        return " "
    return unicodedata.normalize("NFKC", char) if fraction.startswith("<") else char


def _root(match: re.Match[str]) -> str:
    radicand = f"{{{match[2]}}}" if match[2] else ""
    return rf"\sqrt{_ROOTS[match[1]]}{radicand}"


def _raised(match: re.Match[str]) -> str:
    if match[1]:
        return f"^{{{''.join(_RAISED[char] for char in match[1])}}}"
    return f"_{{{''.join(_LOWERED[char] for char in match[2])}}}"


def _repeating(match: re.Match[str]) -> str:
    """A repeating decimal as the fraction that it is."""
    whole, part, period = match.groups()
    above = int(f"{whole}{part}{period}") - int(f"{whole}{part}" or 0)
    return rf"\frac{{{above}}}{{{10 ** len(part) * (10 ** len(period) - 1)}}}"


def _money(text: str) -> str:
    r"""Without the `$` that open and close formulas; one that stands for dollars becomes `\$`.

    That is a single one before a number, where nothing closes it.
    """
    dollars = [match.start() for match in _FORMULA.finditer(text)]
    if len(dollars) == 1 and re.match(r"\$\s*[\d.\\]", text[dollars[0] :]):
        return f"{text[: dollars[0]]}\\{text[dollars[0] :]}"
    return _FORMULA.sub(" ", text)
