"""Contest papers of our own are recovered: typeset anew by LaTeX, from the PDF files kept here, and
from scans."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from papers.contest import HERE, NAMES, contest, missing_program, typeset
from papers.recovery import recovered

from numina_lean.papers.choose import ReaderName
from numina_lean.papers.guard import read_paper
from numina_lean.papers.rapid import is_installed
from numina_lean.papers.segmentation import Segmentation, segment

pytest.importorskip("pypdfium2")

Cutter = Callable[[Path, ReaderName], Segmentation]
BAR = 0.95


@pytest.fixture
def cut(tmp_path: Path) -> Cutter:
    def cut(path: Path, reader: ReaderName = "auto") -> Segmentation:
        return segment(read_paper(path, tmp_path / "images", reader))

    return cut


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_with_a_text_layer_is_recovered(name: str, cut: Cutter) -> None:
    paper = contest(name)
    made = cut(HERE / f"{name}.pdf", "text")
    assert len(recovered(paper, made.segments, scanned=False)) >= BAR * len(paper.items)
    assert all(one.solution for one in made.segments)
    if "key" in paper.settings:
        assert [one.answer for one in made.segments] == [item.answer for item in paper.items]
    assert made.review == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_that_latex_sets_now_is_recovered(name: str, cut: Cutter, tmp_path: Path) -> None:
    paper = contest(name)
    if (program := missing_program(paper)) is not None:
        pytest.skip(f"no {program}: install texlive-latex-base, texlive-xetex, fonts-noto-cjk")
    made = cut(typeset(paper, tmp_path), "auto")
    assert len(recovered(paper, made.segments, scanned=False)) >= BAR * len(paper.items)


def test_a_chinese_scan_is_recovered_by_rapidocr(cut: Cutter, tmp_path: Path) -> None:
    if not is_installed():
        pytest.skip("no rapidocr: pip install 'numina-lean[papers]'")
    from papers.scan import scan_pdf

    paper = contest("chinese")
    made = cut(scan_pdf(HERE / "chinese.pdf", tmp_path / "scan", dpi=150), "auto")
    assert len(recovered(paper, made.segments, scanned=True)) >= BAR * len(paper.items)


def test_an_english_scan_is_cut_by_tesseract(cut: Cutter, tmp_path: Path) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("no tesseract: apt-get install tesseract-ocr")
    from papers.scan import scan_pdf

    scan = scan_pdf(HERE / "choices.pdf", tmp_path / "scan", dpi=200)
    made = cut(scan, "tesseract")
    found = {one.number for one in (*made.segments, *made.review)}
    assert len(found & {str(number) for number in range(1, 13)}) >= 11
