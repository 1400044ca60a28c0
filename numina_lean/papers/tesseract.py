"""The OCR engine `tesseract`: the program of that name, from the system."""

import csv
import io
import os
import shutil
import subprocess
from collections import defaultdict
from typing import Any

from numina_lean.errors import InputError
from numina_lean.papers.document import DPI_OF_SCANS
from numina_lean.papers.glyph import Box
from numina_lean.papers.paper import How, UnreadablePaperError
from numina_lean.papers.scan import Piece

PROGRAM = "tesseract"
_WANTED = ("eng", "chi_sim")
_SECONDS_A_PAGE = 120
_BREAK = 1.5
"""A gap wider than this share of a word's height starts a new piece."""


class Tesseract:
    """Reads English, and Chinese where its data is installed (Debian: tesseract-ocr-chi-sim).

    Raises `InputError` where the program or its English data is missing.
    """

    how: How = "tesseract"

    def __init__(self) -> None:
        self._languages = "+".join(languages())

    def pieces(self, image: Any) -> list[Piece]:
        page = io.BytesIO()
        image.convert("L").save(page, "PNG")
        command = [PROGRAM, "-", "-", "-l", self._languages, "--dpi", str(DPI_OF_SCANS), "tsv"]
        try:
            done = subprocess.run(
                command, input=page.getvalue(), capture_output=True, timeout=_SECONDS_A_PAGE,
                env={"OMP_THREAD_LIMIT": "1", "PATH": os.environ.get("PATH", "")},
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UnreadablePaperError(
                "timeout", f"a page took over {_SECONDS_A_PAGE} s"
            ) from error
        if done.returncode:
            detail = done.stderr.decode(errors="replace").strip().splitlines()
            raise UnreadablePaperError("crashed", f"tesseract: {detail[-1] if detail else '?'}")
        return _pieces(done.stdout.decode("utf-8", "replace"), image.height)


def languages() -> tuple[str, ...]:
    """What Tesseract can read here, of English and Chinese. Raises `InputError`."""
    if shutil.which(PROGRAM) is None:
        raise InputError(
            "no tesseract on PATH. Install it (Debian: apt-get install tesseract-ocr "
            "tesseract-ocr-chi-sim), or pass --reader rapidocr"
        )
    done = subprocess.run([PROGRAM, "--list-langs"], capture_output=True, text=True, timeout=60)
    have = tuple(name for name in _WANTED if name in done.stdout.split())
    if "eng" not in have:
        raise InputError("tesseract has no English data. Install tesseract-ocr-eng")
    return have


def _pieces(table: str, height: int) -> list[Piece]:
    """The words of Tesseract's table, those of a line side by side in one piece."""
    lines: dict[tuple[str, ...], list[Piece]] = defaultdict(list)
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if row["level"] != "5" or not row["text"].strip():
            continue
        left, top = float(row["left"]), float(row["top"])
        box = Box(
            left, height - top - float(row["height"]), left + float(row["width"]), height - top
        )
        key = tuple(row[name] for name in ("block_num", "par_num", "line_num"))
        lines[key].append(Piece(row["text"], box, max(0.0, float(row["conf"])) / 100))
    return [piece for words in lines.values() for piece in _joined(words)]


def _joined(words: list[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for word in words:
        last = made[-1] if made else None
        if last is None or word.box.left - last.box.right > _BREAK * max(
            word.box.height, last.box.height
        ):
            made.append(word)
            continue
        cjk = all("\u2e80" <= c <= "\uffef" for c in (last.text[-1], word.text[0]))
        score = (last.score * len(last.text) + word.score * len(word.text)) / (
            len(last.text) + len(word.text)
        )
        text = f"{last.text}{'' if cjk else ' '}{word.text}"
        made[-1] = Piece(text, last.box.union(word.box), score)
    return made
