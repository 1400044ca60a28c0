"""The files that tell of an evaluation: `report.json` for machines, `report.html` for people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from numina_lean import __version__
from numina_lean.corpus.files import write_text_atomically
from numina_lean.evaluate.compare import SuiteComparison
from numina_lean.evaluate.findings import Findings, method
from numina_lean.evaluate.page import comparison_page, evaluation_page

REPORT = "report"
COMPARISON = "comparison"


def evaluation_record(suites: Sequence[Findings]) -> dict[str, object]:
    """The report as JSON has it; its fields are listed in `docs/evaluate.md`."""
    return {
        "package_version": __version__,
        "method": method(),
        "suites": [each.record() for each in suites],
    }


def comparison_record(suites: Sequence[SuiteComparison], a: str, b: str) -> dict[str, object]:
    """The same of a comparison of the folders `a` and `b`."""
    return {
        "package_version": __version__,
        "method": method(),
        "a": a,
        "b": b,
        "suites": [each.record() for each in suites],
    }


def write_evaluation(folder: Path, suites: Sequence[Findings]) -> None:
    """Write both files into `folder`, each whole or not at all."""
    _write(folder / REPORT, evaluation_record(suites), evaluation_page(suites))


def write_comparison(folder: Path, suites: Sequence[SuiteComparison], a: str, b: str) -> None:
    """Write both files into `folder`, which is made where it is missing."""
    _write(folder / COMPARISON, comparison_record(suites, a, b), comparison_page(suites, a, b))


def _write(path: Path, record: Mapping[str, object], page: str) -> None:
    write_text_atomically(path.with_suffix(".json"), f"{json.dumps(record, indent=2)}\n")
    write_text_atomically(path.with_suffix(".html"), page)
