"""The smallest things that a formula is put together from: a glyph, or a fraction or root made up
of some."""

from dataclasses import dataclass
from typing import Literal

from numina_lean.papers.glyph import Box, Glyph
from numina_lean.papers.tex import LARGE, RELATIONS, extension_character, latex_of, plain

AXIS = 0.25
"""How far above the baseline a formula is centred, in sizes of its font (The TeXbook, appendix G:
sigma 22 of cmsy10)."""

Kind = Literal["math", "letter", "italic", "neutral", "space"]


@dataclass(frozen=True, slots=True)
class Atom:
    """`tex`: in a formula; `text`: outside one. `kind`: `math` is only found in formulas, `letter`
    only in words unless it stands in a formula's midst, `neutral` in both. `centred`: what it is
    is told by its middle, at the axis of the formula, not by `baseline`.
    """

    text: str
    tex: str
    kind: Kind
    size: float
    left: float
    right: float
    baseline: float
    box: Box
    centred: bool = False

    @property
    def height_above(self) -> float:
        """Where the baseline of the formula around it is, if it stands at its axis."""
        return self.box.middle[1] - AXIS * self.size if self.centred else self.baseline


def atom_of(glyph: Glyph) -> Atom | None:
    """The glyph as an atom; None for a piece of a delimiter, which is told by no single glyph."""
    text = glyph.text
    is_extension = "CMEX" in glyph.font.upper()
    if is_extension and glyph.unmapped:
        known = extension_character(text)
        if known is None:
            return None
        text = known
    text = plain(text)
    kind = _kind(glyph, text)
    tex = latex_of(text, glyph.font)
    return Atom(
        text, tex, kind, glyph.size, glyph.origin, glyph.end, glyph.baseline, glyph.box,
        centred=is_extension or text in LARGE,
    )  # fmt: skip


def _kind(glyph: Glyph, text: str) -> Kind:
    if text.isspace():
        return "space"
    if glyph.is_math_font or text in RELATIONS or plain(glyph.text) != glyph.text.strip():
        is_letter_form = text.isalnum() and glyph.text.isascii() and not glyph.is_math_font
        if glyph.is_math_font and text in ".,;:":
            return "neutral"
        return "letter" if is_letter_form or _is_ligature(glyph.text) else "math"
    if latex_of(text) != text and text not in "%&#$…":
        return "math"
    if text.isalpha():
        return "italic" if glyph.is_italic and text.isascii() else "letter"
    return "neutral"


def _is_ligature(text: str) -> bool:
    return "\ufb00" <= text <= "\ufb06"
