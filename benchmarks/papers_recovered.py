"""How much of our own contest papers is recovered: digital and scanned, English and Chinese.

    python benchmarks/papers_recovered.py [--dpi 150] [--reader rapidocr]

The papers are those of tests/papers, typeset by LaTeX; what `recovered` means is said in
tests/papers/recovery.py. Prints a row a kind of paper, and at the end the seconds a scanned page
takes in ratio to one with a text layer, in this run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from papers.contest import HERE, NAMES, contest
from papers.recovery import recovered
from papers.scan import scan_pdf

from numina_lean.papers.choose import READERS
from numina_lean.papers.guard import read_paper
from numina_lean.papers.segmentation import segment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dpi", type=int, default=150)
    parser.add_argument("--reader", choices=READERS, default="auto", help="for the scans")
    options = parser.parse_args()
    print(f"{'paper':10} {'form':8} {'problems':>8} {'recovered':>9} {'share':>6} {'review':>6}")
    seconds = {False: 0.0, True: 0.0}
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            paper = contest(name)
            pdf = HERE / f"{name}.pdf"
            scan = scan_pdf(pdf, Path(folder) / name, options.dpi)
            for path, scanned in ((pdf, False), (scan, True)):
                reader = options.reader if scanned else "auto"
                start = time.perf_counter()
                made = segment(read_paper(path, Path(folder) / "images", reader))
                seconds[scanned] += time.perf_counter() - start
                found = recovered(paper, made.segments, scanned=scanned)
                print(
                    f"{name:10} {'scan' if scanned else 'digital':8} {len(paper.items):8} "
                    f"{len(found):9} {len(found) / len(paper.items):6.1%} {len(made.review):6}",
                    flush=True,
                )
    print(f"a scan takes {seconds[True] / seconds[False]:.0f} times as long as a text layer")


if __name__ == "__main__":
    main()
