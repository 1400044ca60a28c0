"""`numina-lean corpus show` and `diff`, as they are called."""

import json
from pathlib import Path

import pytest
from corpus_folders import loss, row, write
from typer.testing import CliRunner, Result

from numina_lean.cli import app


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rulings = json.dumps(
        [
            {"gate": "parse", "passed": True, "reason": None, "detail": "", "evidence": {}},
            {"gate": "judge", "passed": False, "reason": "votes", "evidence": {"votes": [0, 1]}},
        ]
    )
    rows = [row(0), row(1, proof="rfl", rulings=rulings, problem="Is \x1b[31mthis red?"), row(2)]
    return write(tmp_path / "corpus", rows, [loss(7, detail="expected ℕ")], shard_rows=2)


def show(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["corpus", "show", *map(str, arguments)])


def test_a_row_is_found_by_uuid_beginning_problem_and_number(corpus: Path) -> None:
    uuid = row(1).uuid
    shown = [show(corpus, *how, "--json").stdout for how in ([uuid], [uuid[:8]], ["p1"])]
    shown.append(show(corpus, "--row", 2, "--json").stdout)
    assert {json.loads(each)["uuid"] for each in shown} == {uuid}


def test_a_problem_with_several_rows_is_shown_with_all(corpus: Path) -> None:
    write(corpus, [row(0), row(0, statement_hash="other")], shard_rows=1)
    lines = show(corpus, "p0", "--json").stdout.splitlines()
    assert len(lines) == 2


def test_a_row_is_shown_with_its_gates_and_without_control_characters(corpus: Path) -> None:
    text = show(corpus, "p1").stdout
    assert "theorem t1" in text and ":= rfl" in text
    assert "judge: lost: votes" in text and '{"votes": [0, 1]}' in text
    assert "tactic: omega" in text and "accepted by Lean: 4.28.0-pre" in text
    assert "\x1b" not in text and "[31mthis red?" in text


def test_the_same_seed_shows_the_same_row_and_others_others(corpus: Path) -> None:
    found = [show(corpus, "--random", "--seed", seed, "--json").stdout for seed in range(20)]
    again = [show(corpus, "--random", "--seed", seed, "--json").stdout for seed in range(20)]
    assert found == again and len(set(found)) == 3


def test_what_was_lost_is_shown_too(corpus: Path) -> None:
    assert "lost at check" in show(corpus, "--rejected").stdout
    assert json.loads(show(corpus, "p7", "--rejected", "--json").stdout)["detail"] == "expected ℕ"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "no row nobody, neither as uuid nor as problem id"),
        (["--row", "4"], "no row 4: it has 3"),
        (["p1", "--random"], "pass one of ID, --row and --random"),
    ],
)
def test_a_row_that_is_not_there_is_told_in_a_line(
    corpus: Path, arguments: list[str], message: str
) -> None:
    result = show(corpus, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr and result.stderr.count("\n") == 1


def test_diff_ends_with_one_where_something_differs(corpus: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", [row(0), row(1, proof="rfl"), row(3)], [loss(7)])
    runner = CliRunner()
    assert runner.invoke(app, ["corpus", "diff", str(corpus), str(corpus)]).exit_code == 0
    result = runner.invoke(app, ["corpus", "diff", str(corpus), str(other)])
    assert result.exit_code == 1
    assert "data: 1 the same, 1 only in A, 1 only in B, 1 changed" in result.stdout
    assert "p1: problem: 'Is \\x1b[31mthis red?' → 'What is $1 + 0$?'" in result.stdout
    result = runner.invoke(app, ["corpus", "diff", str(corpus), str(other), "--json"])
    record = json.loads(result.stdout)
    assert (record["same"], record["data"]["only_b"]) == (False, [[row(3).uuid, "p3"]])
    assert record["rejected"]["fields"] == {"detail": 1}


def test_diff_tells_of_a_run_that_is_not_finished(corpus: Path) -> None:
    journal = corpus / ".state" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text("{}\n")
    result = CliRunner().invoke(app, ["corpus", "diff", str(corpus), str(corpus)])
    assert "rows in its journal that no shard has yet" in result.stderr
