"""What a person sees of a run as it goes, and the same numbers in a file."""

import json
from pathlib import Path

from rich.console import Console

from numina_lean.cli.dashboard import dashboard, duration
from numina_lean.cli.funnel_view import view
from numina_lean.corpus.corpus import Finished
from numina_lean.corpus.row import Loss
from numina_lean.formalize.numbers import Numbers
from numina_lean.gates.gate import Ruling


def _numbers() -> Numbers:
    numbers = Numbers(10)
    numbers.skip()
    for reason in ("error", "error", None):
        numbers.ruled(
            [Ruling("parse", True), Ruling("compile", reason is None, reason, seconds=0.5)]
        )
    loss = Loss("p", 1, "compile", "error", "", "t", "core", "0")
    deeper = Loss("p", 1, "judge", "unfaithful", "", "t", "core", "0")
    numbers.finish(Finished(1, "p", (), (loss, deeper, loss)))
    return numbers


def test_the_view_shows_the_funnel_the_gates_and_the_time_left() -> None:
    console = Console(width=120)
    with console.capture() as shown:
        console.print(view(_numbers().snapshot()))
    text = shown.get()
    assert "2 of 10 problems (1 by earlier runs)" in text
    assert "lost at judge 1" in text
    assert "error 2" in text
    assert "left" in text


def test_the_file_has_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / "state" / "progress.json"
    with dashboard(_numbers().snapshot, view, file):
        pass
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["total"], told["skipped"], told["problems"], told["attempts"]) == (10, 1, 1, 3)
    assert told["lost"] == {"judge": 1}
    assert told["gates"]["compile"] == {
        "seen": 3,
        "passed": 1,
        "seconds": 1.5,
        "reasons": {"error": 2},
    }


def test_durations_say_what_matters() -> None:
    assert [duration(each) for each in (0.4, 59.6, 61, 3725)] == [
        "0 s",
        "1 min 0 s",
        "1 min 1 s",
        "1 h 2 min",
    ]
