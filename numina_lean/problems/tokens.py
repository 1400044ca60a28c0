r"""A problem's text as tokens that its spelling does not change, and which of them decide it.

Two copies of a problem differ in spacing, in `\dfrac` for `\frac`, in `$` and braces, in "1,000",
in a number that a collection puts before the text. Two problems of one template differ in
numbers, signs and a few words such as "even" and "odd". The first kind of difference is taken
away here; the second is kept apart as the decisive tokens.
"""

import re
import unicodedata
from collections.abc import Iterable

_NAME = r"(?:example|problem|exercise|question|task|variant|ex|pr)\b[\s.]*(?:\d[\d.]*)?[\s*.:)]*"
_NUMBER = r"[A-Za-z]?\d{1,3}(?:\.\d{1,3})*\s*[.):]\s+(?=\S)"
_POINTS = r"[(\[]\s*\d+\s*(?:points?|marks?|pts?\.?)\s*[)\]]\.?"
_CONTEST = r"[(\[][^()\[\]]{0,40}(?:19|20)\d\d[^()\[\]]{0,40}[)\]]\.?"
_PREFIX = re.compile(
    rf"\s*(?:(?:#+|\*\*|{_NAME}|{_NUMBER}|{_POINTS}|{_CONTEST})\s*){{0,4}}", re.IGNORECASE
)
_MARKUP = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]]*)\]\]|\[/?(?:i|b|u|hide|quote|list|\*)\]")
_THOUSANDS = re.compile(r"(?<=\d)(?:,|\{,\}|\\,|\\!|\\ )(?=\d{3}(?!\d))")
_SHORT_FRACTION = re.compile(r"\\[dtc]?frac\s*(\d)\s*(\d)")
_EMPTY = re.compile(r"[\^_]\{\}|\\(?:begin|end)\s*\{[A-Za-z]+\*?\}(?:\{[lcr|]*\})?")
_HYPHEN = re.compile(r"(?<=[a-z]{2})-(?=[a-z]{2})|(?<=[a-z0-9])-(?=[a-z]{3})")
_TOKEN = re.compile(r"\\[a-z]+|\\.|\d+(?:\.\d+)?|[^\W\d_]+|[^\s\w]")

_MATHS_NAME = re.compile(r"(?<![\\A-Za-z])(?:[b-z]|[A-Z]{1,5})(?![A-Za-z])")

_DROPPED_TOKENS = (
    "$ { } \\ ~ , . ; : ? ' \" ` & # | ’ ‘ “ ” "
    r"\left \right \big \bigl \bigr \bigg \displaystyle \textstyle \limits \nolimits "
    r"\quad \qquad \text \textbf \textit \textrm \emph \mathrm \mathbf \mathit \mathsf \mathbb "
    r"\mathcal \operatorname \rm \bf \it \mbox \boldsymbol \cal \hspace \vspace \prime "
    "the an please"
)
_DROPPED = frozenset(_DROPPED_TOKENS.split())
_SAME = {
    **dict.fromkeys((r"\dfrac", r"\tfrac", r"\cfrac"), r"\frac"),
    **dict.fromkeys((r"\le", r"\leqslant", "≤", "⩽", r"\leqq"), r"\leq"),
    **dict.fromkeys((r"\ge", r"\geqslant", "≥", "⩾", r"\geqq"), r"\geq"),
    **dict.fromkeys((r"\ne", "≠"), r"\neq"),
    **dict.fromkeys((r"\cdot", r"\times", "·", "×", "⋅", r"\ast"), "*"),
    **dict.fromkeys(("−", "–", "—"), "-"),
    **dict.fromkeys((r"\dots", r"\cdots", r"\dotsc", r"\dotsb", "…", r"\dotsm"), r"\ldots"),
    **dict.fromkeys(("°", r"\degree", r"\circ"), "degrees"),
    **dict.fromkeys(("greatest", "largest", "maximal", "max", r"\max", "highest"), "maximum"),
    **dict.fromkeys(("least", "smallest", "minimal", "min", r"\min", "lowest"), "minimum"),
    **dict.fromkeys((r"\rightarrow", r"\longrightarrow", "→"), r"\to"),
    **dict.fromkeys((r"\angle", "∠"), "angle"),
    **dict.fromkeys((r"\triangle", "△"), "triangle"),
    **dict.fromkeys((r"\lt",), "<"),
    **dict.fromkeys((r"\gt",), ">"),
    "\\pi": "π",
    "\\in": "∈",
    "determine": "find",
    "calculate": "find",
    "compute": "find",
    "evaluate": "find",
    "show": "prove",
    "suppose": "let",
    "assume": "let",
    "integers": "integer",
    "numbers": "number",
}
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_CARDINALS.split())}
_DECISIVE_TOKENS = (
    "+ - < > ! "
    r"\leq \geq \neq \pm \mp \sin \cos \tan \cot \log \ln \max \min "
    "first second third fourth fifth sixth seventh eighth ninth tenth last "
    "thirty forty fifty sixty seventy eighty ninety hundred thousand million half twice thrice "
    "double triple quarter "
    "even odd maximum minimum increasing decreasing more less fewer before after "
    "positive negative nonnegative nonzero not no never cannot without neither "
    "sum difference product quotient remainder "
    "integer real rational irrational prime composite natural complex "
    "area perimeter volume radius diameter circumference inscribed circumscribed "
    "arithmetic geometric harmonic rows columns left right acute obtuse median mean mode"
)
_DECISIVE = frozenset(_DECISIVE_TOKENS.split())


def bare(text: str) -> str:
    """`text` without what a collection puts around it: numbering, points, tags, empty braces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _THOUSANDS.sub("", text[_PREFIX.match(text).end() :])  # type: ignore[union-attr]
    if "[" in text:
        text = _MARKUP.sub(r"\1", text)
    if "frac" in text:
        text = _SHORT_FRACTION.sub(r"\\frac \1 \2", text)
    if "{}" in text or "\\begin" in text:
        text = _EMPTY.sub(" ", text)
    return text


def tokens(bare_text: str) -> list[str]:
    """The words, numbers, commands and signs of a bare text, in order, in one spelling."""
    text = bare_text.lower()
    found = _TOKEN.findall(_HYPHEN.sub(" ", text) if "-" in text else text)
    same, numbers = _SAME.get, _NUMBER_WORDS.get
    return [
        numbers(token, same(token, token))
        for token in found
        if token not in _DROPPED and not (token[0] == "\\" and not token[1:].isalpha())
    ]


def decisive(found: Iterable[str]) -> list[str]:
    """Those of `found` that make another problem where they differ, sorted: numbers above all."""
    return sorted(token for token in found if token[0].isdigit() or token in _DECISIVE)


def names(bare_text: str) -> list[str]:
    """The letters and the capitals that variables, points and figures are called by, sorted.

    All but `a`, which is a word as often.
    """
    return sorted(_MATHS_NAME.findall(bare_text))
