"""A corpus as a Lean library: what is kept apart, what cannot break out, and that Lean takes it."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from corpus_folders import row, write
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.corpus.export import export
from numina_lean.corpus.row import CORPUS_SCHEMA, Confirmation
from numina_lean.corpus.shards import ShardedTable
from numina_lean.errors import InputError
from numina_lean.lean.native import pins

PRELUDE = "import NuminaLean.Prelude\n\nset_option autoImplicit false\n\n"


@pytest.fixture
def corpus(tmp_path):
    """Writes a corpus of rows (problem, statement, proof) with the ids r-0, r-1, …"""

    def write(*rows: tuple[str | None, str | None, str | None], shard_rows: int = 100) -> Path:
        folder = tmp_path / "corpus"
        names = ("problem", "formal_statement", "formal_proof")
        table = ShardedTable(folder / "data", "train", CORPUS_SCHEMA)
        records = [
            {"uuid": f"r-{at}", **dict(zip(names, row, strict=True))} for at, row in enumerate(rows)
        ]
        for shard in range(0, len(rows), shard_rows):
            table.write(shard // shard_rows, records[shard : shard + shard_rows])
        return folder

    return write


def modules(target: Path) -> dict[str, str]:
    """The modules by their names below `NuminaCorpus`."""
    library = target / "NuminaCorpus"
    return {
        ".".join(path.relative_to(library).with_suffix("").parts): path.read_text()
        for path in sorted(library.rglob("*.lean"))
    }


def statement(name: str, proof: str = "by sorry") -> str:
    return f"{PRELUDE}theorem {name} : 1 + 1 = 2 := {proof}\n"


def test_the_proof_is_written_where_there_is_one(corpus, tmp_path):
    folder = corpus(("One?", statement("t"), statement("t", "rfl")), ("Two?", statement("t"), None))
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.proved, done.alone, done.modules, done.left_out) == (2, 1, 0, 1, [])
    text = modules(tmp_path / "lean")["Shard00000"]
    assert text.startswith("import NuminaLean.Prelude\n")
    assert text.count("import ") == 1
    first, second = text.split("end NuminaCorpus.Rr0\n")
    assert "namespace NuminaCorpus.Rr0\n" in first
    assert "/--\nOne?\n\nFrom: uuid r-0\n-/\ntheorem t : 1 + 1 = 2 := rfl" in first
    assert "sorry" not in first
    assert "/--\nTwo?\n\nFrom: uuid r-1\n-/\ntheorem t : 1 + 1 = 2 := by sorry" in second


def test_a_shard_is_a_module_and_rows_that_import_something_else_are_beside_it(corpus, tmp_path):
    rows = [(None, f"import A{at % 2}\ntheorem t{at} : True := trivial", None) for at in range(6)]
    assert export(corpus(*rows, shard_rows=4), tmp_path / "lean").modules == 4
    named = {
        name: [word for word in text.split() if word[0] == "t" and word[1:].isdigit()]
        for name, text in modules(tmp_path / "lean").items()
    }
    assert named == {
        "Shard00000": ["t0", "t2"],
        "Shard00000.Imports1": ["t1", "t3"],
        "Shard00001": ["t4"],
        "Shard00001.Imports1": ["t5"],
    }


@pytest.mark.parametrize(
    ("body", "documented"),
    [
        ("theorem t : 1 = 1 := rfl", "/--\nP\n\nFrom: uuid r-0\n-/\ntheorem t"),
        ("lemma a : 1 = 1 := rfl\n\ntheorem t : 1 = 1 := rfl", "rfl\n\n/--\nP"),
        ("open Nat in\nprivate theorem t : 1 = 1 := rfl", "open Nat in\n/--\nP"),
        ("/-- Mine. -/\ntheorem t : 1 = 1 := rfl", "/-!\nP\n\nFrom: uuid r-0\n-/\n\nnamespace"),
        ("open Nat in theorem t : 1 = 1 := rfl", "/-!\nP"),
        ("example : 1 = 1 := rfl", "/-!\nP"),
        ("-- theorem\n/- theorem x -/ example : 1 = 1 := rfl", "/-!\nP"),
    ],
)
def test_the_problem_documents_the_theorem_or_stands_above_it(corpus, tmp_path, body, documented):
    export(corpus(("P", body, None)), tmp_path / "lean")
    assert documented in modules(tmp_path / "lean")["Shard00000"]


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
def test_what_reaches_beyond_its_namespace_has_a_module_to_itself(corpus, tmp_path, body):
    folder = corpus(*[(None, text, None) for text in (statement("a"), body, statement("b"))])
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.alone, done.modules) == (3, 1, 2)
    found = modules(tmp_path / "lean")
    *before, last = body.strip().splitlines()
    assert all(line in found["Shard00000.Rr1"] for line in (*before, last))
    assert "theorem a" in found["Shard00000"] and "theorem b" in found["Shard00000"]


def test_the_same_corpus_gives_the_same_files_and_stale_ones_go(corpus, tmp_path):
    rows = [(None, statement(f"t{at}"), None) for at in range(3)]
    target = tmp_path / "lean"
    export(corpus(*rows, (None, "#eval 1", None), shard_rows=1), target)
    before = modules(target)
    own = target / "NuminaCorpus" / "Shard99999.lean"
    own.write_text("-- by hand\n")
    shutil.rmtree(tmp_path / "corpus")
    export(corpus(*rows[:2], shard_rows=1), target)
    kept = {name: before[name] for name in ("Shard00000", "Shard00001")}
    assert modules(target) == {**kept, "Shard99999": "-- by hand\n"}
    assert not (target / "NuminaCorpus" / "Shard00003").exists()


def test_a_library_in_core_lean_is_for_the_lean_that_accepted_it(tmp_path):
    rows = [row(0), row(1), row(2, lean_version="4.15.0", engine="native")]
    done = export(write(tmp_path / "corpus", rows), tmp_path / "lean")
    assert (done.toolchain, done.unchecked) == ("leanprover/lean4:v4.28.0", 1)
    assert (tmp_path / "lean" / "lean-toolchain").read_text() == "leanprover/lean4:v4.28.0\n"
    lakefile = tomllib.loads((tmp_path / "lean" / "lakefile.toml").read_text())
    assert "require" not in lakefile and lakefile["leanOptions"] == {"autoImplicit": False}
    assert not (tmp_path / "lean" / "lake-manifest.json").exists()


def test_a_library_whose_rows_are_all_confirmed_is_for_the_pinned_lean(tmp_path):
    confirmed = (Confirmation("native", "4.15.0", None, "statement", 1.0),)
    rows = [row(n, confirmations=confirmed) for n in range(2)]
    done = export(write(tmp_path / "corpus", rows), tmp_path / "lean")
    assert (done.toolchain, done.unchecked) == (pins.LEAN_TOOLCHAIN, 0)


def test_a_library_that_needs_mathlib_pins_it_and_tells_of_rows_that_it_did_not_see(tmp_path):
    confirmed = Confirmation("native", "4.15.0", pins.MATHLIB_REVISION, "statement", 1.0)
    mathlib = "import Mathlib\ntheorem t : (1 : ℝ) = 1 := by sorry"
    rows = [
        row(0),
        row(1, confirmations=(confirmed,)),
        row(2, formal_statement=mathlib, lean_version="4.15.0"),
    ]
    target = tmp_path / "lean"
    done = export(write(tmp_path / "corpus", rows), target)
    assert (done.toolchain, done.unchecked) == (pins.LEAN_TOOLCHAIN, 1)
    lakefile = tomllib.loads((target / "lakefile.toml").read_text())
    assert [(each["name"], each["rev"]) for each in lakefile["require"]] == [
        ("mathlib", pins.MATHLIB_REVISION)
    ]
    manifest = json.loads((target / "lake-manifest.json").read_text())
    assert manifest["name"] == "numina_corpus"
    pinned = {each["name"]: each["rev"] for each in manifest["packages"]}
    assert pinned["mathlib"] == pins.MATHLIB_REVISION and len(pinned) > 5


def test_lake_files_of_somebody_else_are_left_alone(corpus, tmp_path):
    folder = corpus((None, statement("t"), None))
    for name in ("lakefile.lean", "lakefile.toml"):
        target = tmp_path / name
        target.mkdir()
        (target / name).write_text('name = "mine"\n')
        with pytest.raises(InputError, match="a Lake project of its own"):
            export(folder, target)
        assert (target / name).read_text() == 'name = "mine"\n'


def test_rows_without_a_statement_are_told_and_left_out(corpus, tmp_path):
    folder = corpus((None, None, None), (None, statement("t"), None), (None, " ", None))
    done = export(folder, tmp_path / "lean")
    assert (done.rows, done.modules) == (1, 1)
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
    assert (
        runner.invoke(app, ["corpus", "export", str(folder), "--output", str(target)]).exit_code
        == 0
    )
    result = runner.invoke(app, ["build", "lean", str(target), "--engine", "embedded"])
    statuses = [line for line in result.stdout.splitlines() if " NuminaCorpus.Shard" in line]
    assert result.exit_code == 0, result.stdout
    assert sorted(line.split()[0] for line in statuses) == ["built"] * 3 + ["needs_mathlib"]
    assert result.stdout.count("declaration uses `sorry`") == 1
