"""The OCR engine `rapidocr`: PP-OCRv6 (PaddleOCR, Apache 2.0) on onnxruntime, Chinese and English.

The wheel of the package `rapidocr` ships the weights: nothing is fetched.
"""

from importlib.util import find_spec
from typing import Any

from numina_lean.errors import InputError
from numina_lean.papers.glyph import Box
from numina_lean.papers.paper import How
from numina_lean.papers.scan import Piece


class Rapid:
    """Raises `InputError` where the package is not installed."""

    how: How = "rapidocr"

    def __init__(self, threads: int = 1) -> None:
        if not is_installed():
            raise InputError(
                "rapidocr is not installed. Run: pip install 'numina-lean[papers]', or pass "
                "--reader tesseract"
            )
        from rapidocr import RapidOCR

        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # no page is upside down: half a second a page
                "Det.box_thresh": 0.3,  # lines with tall formulas in them are detected faintly
                "Global.text_score": 0.1,  # what is doubtful is said, not dropped
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            }
        )

    def pieces(self, image: Any) -> list[Piece]:
        import numpy as np

        found = self._engine(np.asarray(image)[:, :, ::-1])
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        pieces = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            xs, ys = corners[:, 0], corners[:, 1]
            box = Box(
                float(xs.min()), image.height - float(ys.max()),
                float(xs.max()), image.height - float(ys.min()),
            )  # fmt: skip
            pieces.append(Piece(text, box, float(score)))
        return pieces


def is_installed() -> bool:
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None
