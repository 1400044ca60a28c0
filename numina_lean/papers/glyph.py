"""What stands on a born-digital page: glyphs, rules and drawings, with where they stand.

Lengths are points (1/72 inch), from the lower left corner of the page. Read with pypdfium2.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MATH_FONTS = (
    "CMMI", "CMSY", "CMEX", "CMBSY", "CMMIB", "MSAM", "MSBM", "EUFM", "EUSM", "RSFS", "LMMATH",
    "LATINMODERNMATH", "MATH", "STIX", "SYMBOL", "MTMI", "MTSY", "MTEX", "MTEXTRA", "TXMI", "TXSY",
    "PXMI", "PXSY", "WASY", "STMARY", "NEWTXMI", "RTXMI", "ESINT",
)  # fmt: skip
_RULE_THICKNESS = 2.0


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def union(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Glyph:
    """`text`: one character; its code in the font where `unmapped`, as the PDF gives no Unicode.
    `box`: of the ink. `origin` to `end`: what it takes of the line, along the `baseline`.
    """

    text: str
    font: str
    size: float
    origin: float
    end: float
    baseline: float
    box: Box
    unmapped: bool

    @property
    def is_math_font(self) -> bool:
        name = self.font.upper().partition("+")[2] or self.font.upper()
        return name.replace("-", "").replace(" ", "").startswith(_MATH_FONTS) or "MATH" in name

    @property
    def is_italic(self) -> bool:
        return any(word in self.font.lower() for word in ("italic", "oblique", "-ital"))


@dataclass(frozen=True, slots=True)
class Layer:
    """The text layer of a page. `rules`: thin horizontal lines, as fraction bars are.
    `drawings`: boxes of other lines and areas. `pictures`: boxes of bitmaps.
    """

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Box, ...]
    drawings: tuple[Box, ...]
    pictures: tuple[Box, ...]


def read_layer(page: Any) -> Layer:
    """The text layer of a `pypdfium2.PdfPage`."""
    from pypdfium2 import raw

    rules, drawings, pictures = [], [], []
    for part in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE]):
        box = Box(*part.get_bounds())
        if part.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictures.append(box)
        elif box.height <= _RULE_THICKNESS and box.width > box.height:
            rules.append(box)
        else:
            drawings.append(box)
    width, height = page.get_size()
    return Layer(
        width, height, tuple(_glyphs(page)), tuple(rules), tuple(drawings), tuple(pictures)
    )


def _glyphs(page: Any) -> Iterator[Glyph]:
    from pypdfium2 import raw

    text = page.get_textpage()
    edges = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_double(), ctypes.c_double()
    loose, flags = raw.FS_RECTF(), ctypes.c_int()
    name = ctypes.create_string_buffer(256)
    for index in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, index) == 1:
            continue
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (0x2, 0xFFFE):  # PDFium's marks of a word divided at the end of a line
            code = ord("-")
        if code in (0, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        raw.FPDFText_GetCharBox(text, index, *edges)
        left, right, bottom, top = (edge.value for edge in edges)
        raw.FPDFText_GetLooseCharBox(text, index, loose)
        length = raw.FPDFText_GetFontInfo(text, index, name, len(name), flags)
        font = name.raw[: max(0, min(length, len(name)) - 1)].decode("utf-8", "replace")
        yield Glyph(
            chr(code),
            font,
            raw.FPDFText_GetFontSize(text, index) * _scale(text, index),
            x.value,
            max(loose.right, right),
            y.value,
            Box(left, bottom, right, top),
            raw.FPDFText_HasUnicodeMapError(text, index) == 1,
        )


def _scale(text: Any, index: int) -> float:
    """How much larger than its font size a glyph is drawn: some producers set all in size 1."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(text, index, matrix):
        return 1.0
    return float(abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5) or 1.0
