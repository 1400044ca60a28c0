"""Chains of relations in a passage of LaTeX, aligned rows included.

A passage is cut where commas, arrows, wide spaces and words stand between its parts, and where a
row ends, unless the next row goes on: with a relation, or with an operation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from numina_lean.steps.passage import Passage
from numina_lean.steps.side import latex_side
from numina_lean.steps.step import Chain, Sign, Unread

_SIGNS: dict[str, Sign] = {
    "=": "=", "<": "<", ">": ">", "≤": "≤", "≥": "≥", "≈": "≈", "≠": "≠", r"\lt": "<",
    r"\gt": ">", r"\le": "≤", r"\leq": "≤", r"\leqslant": "≤", r"\ge": "≥", r"\geq": "≥",
    r"\geqslant": "≥", r"\ne": "≠", r"\neq": "≠", r"\approx": "≈", r"\doteq": "≈",
    r"\equiv": "≡",
}  # fmt: skip
_SEPARATORS = frozenset(
    {";", r"\Rightarrow", r"\implies", r"\Longrightarrow", r"\iff", r"\Leftrightarrow",
     r"\Longleftrightarrow", r"\rightarrow", r"\to", r"\longrightarrow", r"\therefore", r"\because",
     r"\impliedby", r"\Leftarrow", r"\in", r"\notin", r"\sim", r"\cong", r"\propto", r"\parallel",
     r"\perp", r"\land", r"\lor", r"\wedge", r"\vee", r"\mapsto", r"\qquad", r"\quad", r"\hline",
     r"\nmid", r"\not", r"\subset", r"\subseteq", r"\par", r"\intertext", r"\coloneqq"}
)  # fmt: skip
_LAYOUT = re.compile(
    r"(?:align|alignat|aligned|alignedat|gather|gathered|equation|multline|eqnarray|flalign|split"
    r"|displaymath)\*?\Z"
)
_TOKEN = re.compile(
    r"\d{1,3}(?:(?:,|\{,\}|,\\!|\{,\\!\}|\\,)\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
    r"|\\begin\s*\{[^{}]*\}(?:\{\d+\})?|\\end\s*\{[^{}]*\}"
    r"|\\(?:text|mbox|textrm|textbf|textit|mathrm|operatorname\*?)\s*\{"
    r"|\\(?:left|right|[bB]ig+[lr]?)(?![a-zA-Z])\s*(?:\\[{}|]|\\[a-zA-Z]+|.)"
    r"|\\\\(?:\s*\[[^\]\n]{0,10}\])?|\\[a-zA-Z]+\*?|\\.|.",
    re.S,
)
_OPENING = frozenset({"{", "(", "[", r"\{", r"\lfloor", r"\lceil", r"\langle", r"\lbrack"})
_CLOSING = frozenset({"}", ")", "]", r"\}", r"\rfloor", r"\rceil", r"\rangle", r"\rbrack"})
_JOINING = re.compile(
    r"\s*(?:and|or|so|then|thus|hence|therefore|where|since|because|but|implies|that is|i\.e\.|if"
    r"|when|for|as|by|which|with|from|is|are|has|at)\b|\s*[,;(.:]|\s*\Z"
)
_SPACE = re.compile(r"(?:\s|&|~|\\[,;:!> ]|\\q?quad\b|\\hspace\*?\{[^{}]*\}|\\phantom\{[^{}]*\})+")
_GOES_ON = re.compile(
    r"\+|\\cdot|\\times|\\div|/|\^|\*|=|[<>≤≥≈]|\\(?:leq?|geq?|lt|gt|neq?|approx|equiv)\b"
)
_HANGS = re.compile(
    r"(?:[-+*/=<>^]|\\cdot|\\times|\\div|\\le|\\leq|\\ge|\\geq|\\approx|\\equiv)\s*\Z"
)
_SIZED = re.compile(r"\\(left|right|[bB]ig+[lr]?)(?![a-zA-Z])(?=\s*\S)")
_MODULUS = re.compile(
    r"\\pmod\s*(?:\{([^{}]+)\}|(\d+|[a-zA-Z]))"
    r"|\(?\s*(?:\\(?:text|mathrm|mbox|operatorname)\s*\{\s*mod\s*\}|\\b?mod)\s*\{?\s*(\d+|[a-zA-Z])\s*\}?\s*\)?"
)

Kind = Literal["sign", "separator", "comma", "row", "cell"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something at the outermost level that ends a side."""

    kind: Kind
    start: int
    end: int
    sign: Sign = "="


def latex_chains(solution: str, passage: Passage) -> Iterator[Chain]:
    """The chains of `passage`, each of at least one relation. Raises on no text."""
    scanner = _Scanner(solution, passage)
    yield from _Assembler(solution, passage, scanner.marks(), scanner.columns).chains()


@dataclass(slots=True)
class _Scanner:
    solution: str
    passage: Passage
    columns: bool = False
    """Whether every second ampersand of a row parts two equations."""

    def marks(self) -> list[_Mark]:
        found: list[_Mark] = []
        depth = 0
        at = self.passage.start
        while at < self.passage.end:
            match = _TOKEN.match(self.solution, at, self.passage.end)
            assert match is not None
            token, start, at = match.group(), at, match.end()
            if token.startswith((r"\begin", r"\end")):
                name = token[token.index("{") + 1 : token.index("}")] if "{" in token else ""
                if _LAYOUT.match(name):
                    self.columns = self.columns or not name.startswith("eqnarray")
                    if depth == 0:
                        found.append(_Mark("separator", start, at))
                else:
                    depth = max(0, depth + (1 if token.startswith(r"\begin") else -1))
            elif sized := _SIZED.match(token):
                depth = max(0, depth + _opens(sized.group(1), token[sized.end() :].strip()))
            elif token.endswith("{") and len(token) > 2:
                closing = self._closing(at)
                if depth == 0 and _JOINING.match(self.solution[at:closing]):
                    found.append(_Mark("separator", start, closing + 1))
                at = min(closing + 1, self.passage.end)
            elif token in _OPENING:
                depth += 1
            elif token in _CLOSING:
                depth = max(0, depth - 1)
            elif depth == 0:
                mark = self._mark(token, start, at)
                if mark is not None:
                    found.append(mark)
        return found

    def _closing(self, at: int) -> int:
        depth = 1
        while at < self.passage.end:
            depth += (self.solution[at] == "{") - (self.solution[at] == "}")
            if depth == 0:
                return at
            at += 1
        return at

    def _mark(self, token: str, start: int, end: int) -> _Mark | None:
        if token in _SIGNS:
            return _Mark("sign", start, end, _SIGNS[token])
        if token.startswith(r"\\"):
            return _Mark("row", start, end)
        if token in _SEPARATORS:
            return _Mark("separator", start, end)
        if token == ",":
            return _Mark("comma", start, end)
        return _Mark("cell", start, end) if token == "&" else None


def _opens(size: str, delimiter: str) -> int:
    """1 where a sized delimiter opens, -1 where it closes, 0 where it does not tell."""
    if size in ("left", "right"):
        return 1 if size == "left" else -1
    return (delimiter in _OPENING) - (delimiter in _CLOSING)


@dataclass(slots=True)
class _Assembler:
    solution: str
    passage: Passage
    marks: list[_Mark]
    columns: bool
    sides: list[tuple[int, int]] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    doubts: dict[int, Unread] = field(default_factory=dict)
    """By the number of the side."""

    def chains(self) -> Iterator[Chain]:
        begin, cells, row = self.passage.start, 0, self.passage.start
        for number, mark in enumerate(self.marks):
            text = self.solution[begin : mark.start]
            blank = not _SPACE.sub("", text).replace("\\\\", "").strip()
            match mark.kind:
                case "sign":
                    self._close(begin, mark.start)
                    self.signs.append(mark.sign)
                    begin = mark.end
                case "cell":
                    cells += 1
                    if self.columns and cells % 2 == 0 and not blank:
                        yield from self._end(begin, mark.start)
                        begin = mark.end
                case "row":
                    cells, row = 0, mark.end
                    if not self._goes_on(number, text):
                        yield from self._end(begin, mark.start)
                        begin = mark.end
                case "comma":
                    yield from self._comma(begin, mark, listed=not self.signs and not blank)
                    begin = mark.end
                case "separator":
                    # A wide space at the beginning of a row, or after a sign, parts nothing.
                    since = self.solution[max(row, begin) : mark.start]
                    if (
                        _SPACE.sub("", since).strip()
                        or "quad" not in self.solution[mark.start : mark.end]
                    ):
                        yield from self._end(begin, mark.start)
                        begin = mark.end
        yield from self._end(begin, self.passage.end)

    def _comma(self, begin: int, mark: _Mark, *, listed: bool) -> Iterator[Chain]:
        """End the chain; `listed`: what ends is an item without a relation."""
        between = self.solution[mark.start - 1 : mark.end + 1]
        tight = between[:1].isdigit() and between[-1:].isdigit()
        yield from self._end(begin, mark.start, "ambiguous" if tight else None)
        if tight:
            self.doubts[0] = "ambiguous"
        elif listed:
            # Of a, b = c, d the middle is no step.
            self.doubts[0] = "words"

    def _goes_on(self, number: int, text: str) -> bool:
        """Whether the row after mark `number` belongs to the side `text` that it ends."""
        rest = self.solution[self.marks[number].end : self.passage.end]
        space = _SPACE.match(rest)
        rest = rest[space.end() :] if space else rest
        if _GOES_ON.match(rest) or _HANGS.search(_SPACE.sub(" ", text)):
            return True
        if not rest.startswith("-"):
            return False
        following = next((m for m in self.marks[number + 1 :] if m.kind in ("sign", "row")), None)
        if following is None or following.kind == "row":
            return True
        # A difference that goes on, or another equation whose left side is negative.
        self.doubts[len(self.sides)] = "incomplete"
        return False

    def _close(self, start: int, end: int) -> None:
        self.sides.append((start, end))

    def _end(self, start: int, end: int, doubt: Unread | None = None) -> Iterator[Chain]:
        if self.signs:
            self._close(start, end)
            if doubt:
                self.doubts[len(self.sides) - 1] = doubt
            yield self._chain()
        doubtful = self.doubts.get(len(self.sides)) if not self.signs else None
        self.sides, self.signs, self.doubts = [], [], {}
        if doubtful == "incomplete":
            self.doubts[0] = doubtful

    def _chain(self) -> Chain:
        modulus = None
        start, end = self.sides[-1]
        if "≡" in self.signs and (found := _MODULUS.search(self.solution, start, end)):
            modulus = next(group for group in found.groups() if group)
            self.sides[-1] = (start, found.start())
        sides = tuple(
            latex_side(self.solution, start, end, self.doubts.get(place))
            for place, (start, end) in enumerate(self.sides)
        )
        return Chain("math", sides, tuple(self.signs), modulus)
