"""A corpus as Lean modules: what is kept apart, what cannot break out, and that Lean takes it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.corpus.export import export
from numina_lean.corpus.row import CORPUS_SCHEMA
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError

PRELUDE = "import NuminaLean.Prelude\n\nset_option autoImplicit false\n\n"


@pytest.fixture
def corpus(tmp_path):
    """Writes a corpus of rows (problem, statement, proof) with the ids r0, r1, …"""

    def write(*rows: tuple[str | None, str | None, str | None]) -> Path:
        folder = tmp_path / "corpus"
        names = ("problem", "formal_statement", "formal_proof")
        table = ShardedTable(folder / "data", "train", CORPUS_SCHEMA)
        records = [
            {"uuid": f"r-{at}", **dict(zip(names, row, strict=True))} for at, row in enumerate(rows)
        ]
        table.write(0, records)
        return folder

    return write


def parts(target: Path) -> list[str]:
    return [path.read_text() for path in sorted((target / "NuminaCorpus").glob("*.lean"))]


def statement(name: str, proof: str = "by sorry") -> str:
    return f"{PRELUDE}theorem {name} : 1 + 1 = 2 := {proof}\n"


def test_the_proof_is_written_where_there_is_one(corpus, tmp_path):
    folder = corpus(("One?", statement("t"), statement("t", "rfl")), ("Two?", statement("t"), None))
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.proved, done.alone, done.parts, done.left_out) == (2, 1, 0, 1, ())
    (text,) = parts(tmp_path / "lean")
    assert text.startswith("import NuminaLean.Prelude\n")
    assert text.count("import ") == 1
    first, second = text.split("end NuminaCorpus.Rr0\n")
    assert "/-!\nOne?\n-/\n\nnamespace NuminaCorpus.Rr0\n" in first
    assert "1 = 2 := rfl" in first and "sorry" not in first
    assert "1 = 2 := by sorry" in second


def test_rows_that_import_the_same_share_a_part_and_a_full_part_is_closed(corpus, tmp_path):
    rows = [(None, f"import A{at % 2}\ntheorem t{at} : True := trivial", None) for at in range(6)]
    assert export(corpus(*rows), tmp_path / "lean", part_rows=2).parts == 4
    found = [
        [line for line in text.split() if line.startswith("t")] for text in parts(tmp_path / "lean")
    ]
    named = [[word for word in words if word[1:].isdigit()] for words in found]
    assert named == [["t0", "t2"], ["t1", "t3"], ["t4"], ["t5"]]


@pytest.mark.parametrize(
    "body",
    [
        "@[simp] theorem t : 1 = 1 := rfl",
        "instance : Inhabited Nat := ⟨3⟩\ntheorem t : 1 = 1 := rfl",
        'notation "one" => 1\ntheorem t : one = 1 := rfl',
        "namespace A\ntheorem t : 1 = 1 := rfl",
        "theorem t : 1 = 1 := rfl\n#exit\n",
        "theorem _root_.t : 1 = 1 := rfl",
        "macro_rules | `(tactic| rfl) => `(tactic| sorry)\ntheorem t : 1 = 1 := by rfl",
    ],
)
def test_what_reaches_beyond_its_namespace_has_a_part_to_itself(corpus, tmp_path, body):
    folder = corpus(*[(None, text, None) for text in (statement("a"), body, statement("b"))])
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.alone, done.parts) == (3, 1, 2)
    first, second = parts(tmp_path / "lean")
    assert body.strip() in first
    assert "theorem a" in second and "theorem b" in second


def test_the_same_corpus_gives_the_same_files_and_stale_ones_go(corpus, tmp_path):
    rows = [(None, statement(f"t{at}"), None) for at in range(3)]
    target = tmp_path / "lean"
    export(corpus(*rows), target, part_rows=1)
    before = parts(target)
    own = target / "NuminaCorpus" / "Part99999.lean"
    own.write_text("-- by hand\n")
    export(corpus(*rows[:2]), target, part_rows=1)
    assert parts(target) == [*before[:2], "-- by hand\n"]


def test_rows_without_a_statement_are_told_and_left_out(corpus, tmp_path):
    folder = corpus((None, None, None), (None, statement("t"), None), (None, " ", None))
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.parts) == (1, 1)
    assert [line.rpartition(" row ")[2] for line in done.left_out] == [
        "1: has no statement",
        "3: has no statement",
    ]


def test_what_is_no_corpus_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no corpus \(no data/train-"):
        export(tmp_path, tmp_path / "lean")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train-00000.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="not parquet"):
        export(tmp_path, tmp_path / "lean")


@pytest.mark.lean
def test_an_exported_corpus_compiles_whatever_its_problems_say(engine, corpus, tmp_path):
    folder = corpus(
        ("Is -/ #exit /- this /-/ a comment? -", statement("t", "rfl"), None),
        ("/", statement("t"), None),
        (None, f"{PRELUDE}open Nat in\ntheorem t : succ 1 = 2 := rfl -- no newline", None),
        (None, f"{PRELUDE}open NuminaLean\ntheorem t : factorial 3 = 6 := by decide", None),
        (None, f"{PRELUDE}theorem t : NuminaLean.factorial 3 = 6 := by decide\n#exit", None),
        (None, f"{PRELUDE}section\nvariable (n : Nat)\ntheorem t : n = n := rfl", None),
        (None, "import Mathlib\ntheorem t : (1 : ℝ) = 1 := rfl", None),
    )
    target = tmp_path / "lean"
    runner = CliRunner()
    assert runner.invoke(app, ["export", str(folder), "--output", str(target)]).exit_code == 0
    result = runner.invoke(app, ["build", str(target), "--engine", "embedded"])
    statuses = [line for line in result.stdout.splitlines() if " NuminaCorpus.Part" in line]
    assert result.exit_code == 0, result.stdout
    assert sorted(line.split()[0] for line in statuses) == ["built"] * 3 + ["needs_mathlib"]
    assert result.stdout.count("declaration uses `sorry`") == 1
