"""What `corpus stats` counts, and the pictures it draws."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from corpus_folders import loss, rl, row, write
from typer.testing import CliRunner, Result

from numina_lean.cli import app
from numina_lean.corpus.row import Confirmation
from numina_lean.corpus.statistics import quantiles, statistics
from numina_lean.errors import InputError

PASSED = json.dumps([{"gate": "parse", "passed": True}, {"gate": "compile", "passed": True}])
FAILED = json.dumps(
    [{"gate": "parse", "passed": True}, {"gate": "compile", "passed": False, "reason": "error"}]
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    confirmed = (Confirmation("native", "4.15.0", "9837", "statement", 1.0),)
    rows = [
        row(0, proof="rfl", rulings=PASSED, rl_data=rl(2, 8), prompt_tokens=10),
        row(1, rulings=PASSED, rl_data=rl(0, 8), model="kimina", family="chat"),
        row(2, lean_version="4.15.0", engine="native", mathlib_revision="9837ca9d65", rulings="?"),
        row(0, statement_hash="again", confirmations=confirmed),
    ]
    losses = [
        loss(0, "compile"),
        loss(4, "translate", "no_theorem"),
        loss(5, "compile", "timeout", rulings=FAILED, completion_tokens=7),
        loss(5, "translate", "truncated"),
        loss(6, "judge", "votes"),
    ]
    return write(tmp_path / "corpus", rows, losses)


def stats(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["corpus", "stats", *map(str, arguments)])


def test_rows_are_counted_under_the_lean_that_accepted_them(corpus: Path) -> None:
    record = statistics(corpus).record()
    assert record["by"]["lean"] == {  # type: ignore[index]
        "embedded 4.28.0-pre": {"rows": 3, "proofs": 1},
        "native 4.15.0, mathlib 9837ca9d": {"rows": 1, "proofs": 0},
    }
    assert (record["rows"], record["proofs"], record["pinned"]) == (4, 1, 2)
    assert record["tactics"] == {"embedded 4.28.0-pre": {"omega": 1}}
    assert record["by"]["model"]["kimina (chat)"]["rows"] == 1  # type: ignore[index]


def test_the_funnel_counts_problems_by_the_best_of_their_candidates(corpus: Path) -> None:
    counted = statistics(corpus)
    assert counted.problems == 6
    assert list(counted.funnel()) == [
        ("problems", 6), ("translate", 5), ("compile", 4), ("judge", 3), ("proved", 1)
    ]  # fmt: skip
    assert counted.reasons["translate"] == {"no_theorem": 1, "truncated": 1}
    assert counted.losses == 5


def test_gates_tokens_and_win_rates_are_counted(corpus: Path) -> None:
    counted = statistics(corpus)
    gates = {name: (each.passed, dict(each.lost)) for name, each in counted.gates.items()}
    assert gates["compile"] == (2, {"error": 1})
    assert counted.unreadable_rulings == 1
    assert (counted.prompt_tokens, counted.completion_tokens) == (10, 7)
    assert list(counted.win_rates) == [0.25, 0.0]


def test_a_corpus_without_provenance_is_counted_too(tmp_path: Path) -> None:
    rows = [{**row(n).fields(), "provenance": None} for n in range(3)]
    counted = statistics(write(tmp_path / "corpus", rows))
    assert (counted.total.rows, counted.problems, counted.pinned) == (3, 3, 0)
    assert counted.by["lean"]["unknown"].rows == 3


def test_quantiles_are_values_that_there_are() -> None:
    assert quantiles([]) == {}
    assert quantiles([3, 1, 2]) == {
        "least": 1, "5 %": 1, "25 %": 1, "median": 2, "75 %": 3, "95 %": 3, "greatest": 3
    }  # fmt: skip


def test_the_text_names_each_lean_and_says_when_they_are_added_up(corpus: Path) -> None:
    text = stats(corpus).stdout
    assert "native 4.15.0, mathlib 9837ca9d" in text
    assert "they are of several Leans" in text
    assert "4 statements, 1 with a proof, of 6 problems; 5 losses" in text
    assert json.loads(stats(corpus, "--json").stdout) == json.loads(
        json.dumps(statistics(corpus).record())
    )


def test_pictures_are_drawn_in_both_formats_the_same_each_time(
    corpus: Path, tmp_path: Path
) -> None:
    assert stats(corpus, "--plots", tmp_path / "a").exit_code == 0
    stats(corpus, "--plots", tmp_path / "b")
    drawn = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert set(drawn) == {
        f"{name}.{format}"
        for name in ("funnel", "sources", "lengths", "win_rates")
        for format in ("png", "svg")
    }
    assert drawn == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert drawn["funnel.png"].startswith(b"\x89PNG")
    texts = [node.text for node in ElementTree.fromstring(drawn["funnel.svg"]).iter() if node.text]
    assert "passed judge" in texts and any("3  (50 %)" in text for text in texts)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_source_may_be_called_anything(tmp_path: Path) -> None:
    rows = [row(n, source=name) for n, name in enumerate(["$\\frac{", "", "x" * 99, "数学", "_^%"])]
    folder = write(tmp_path / "corpus", rows)
    assert stats(folder, "--plots", tmp_path / "plots").exit_code == 0


def test_without_matplotlib_the_remedy_is_told_in_a_line(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = stats(corpus, "--plots", tmp_path / "plots")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: plots need matplotlib. Install it: pip install 'numina-lean[plots]'\n"
    )


def test_an_empty_folder_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no corpus"):
        statistics(tmp_path)
