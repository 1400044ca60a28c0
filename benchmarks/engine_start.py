"""How soon an embedded Lean is ready: from the header's files, and from an image of it.

Starts processes for three headers, by turns from the files (a folder of images that is emptied) and
from the image that a start before made, and checks one statement in each.

    python benchmarks/engine_start.py [--runs N]

Prints medians and the ratio. Does not cover a first start, which reads 116 MB from disk.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from numina_lean.lean.discover import EMBEDDED_SETUP_COMMAND, choose_engine
from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.embedded.install import Installation
from numina_lean.lean.engine import Check
from numina_lean.lean.project import find_project
from numina_lean.lean.source import Header

HEADERS = (
    Header(("NuminaLean.Prelude",), ""),
    Header(("NuminaLean.Prelude", "NuminaLean.Lint"), ""),
    Header((), ""),
    Header(("Lean",), ""),
)
STATEMENT = Check("theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by omega")


def started(engine: EmbeddedEngine, header: Header) -> tuple[float, float]:
    """Seconds until it is ready, and of its first check."""
    began = time.perf_counter()
    session = engine.start(header)
    ready = time.perf_counter()
    report = session.check(STATEMENT)
    done = time.perf_counter()
    session.close()
    assert not report.has_errors
    return ready - began, done - ready


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    found = choose_engine("embedded")
    if not isinstance(found, EmbeddedEngine):
        parser.error(f"no embedded Lean. Run: {EMBEDDED_SETUP_COMMAND}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "lean"
        root.symlink_to(found.installation.root)
        for header in HEADERS:
            files: list[tuple[float, float]] = []
            image: list[tuple[float, float]] = []
            for _ in range(runs):
                shutil.rmtree(Path(folder) / "images", ignore_errors=True)
                engine = EmbeddedEngine(Installation(root), find_project().sources)
                files.append(started(engine, header))
                if not list((Path(folder) / "images").glob("*.image")):
                    started(engine, header)  # imports alone get one at their second start
                image.append(started(engine, header))
            slow, fast = (statistics.median(one[0] for one in side) for side in (files, image))
            first = statistics.median(one[1] for one in image)
            (kept,) = (Path(folder) / "images").glob("*.image")
            print(
                f"{' '.join(header.imports) or 'Init'}: from files {slow:.2f} s, from an image "
                f"{fast:.2f} s ({slow / fast:.1f} times as soon; {kept.stat().st_size >> 20} MiB); "
                f"its first check {first:.2f} s"
            )


if __name__ == "__main__":
    main()
