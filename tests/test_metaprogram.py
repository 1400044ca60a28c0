"""What a source's text says of the code that it brings along."""

import random
import re
from pathlib import Path

import pyarrow.json
import pytest

from numina_lean.lean.engine import Check, Engine
from numina_lean.lean.metaprogram import Reach, reach, syntax_words
from numina_lean.lean.skeleton import skeleton
from numina_lean.lean.source import Header, split_header

PROVED = "theorem t : 1 + 1 = 2 := by simp\n"

NO_CODE = [
    PROVED,
    "/-- The initial value, as a macro would export it; unsafe to elab. #eval -/\n" + PROVED,
    "-- @[init] #eval 1\n" + PROVED,
    "/- nested /- @[extern] -/ unsafe -/" + PROVED,
    'def s := "#eval unsafe elab"\n' + PROVED,
    "theorem t (init : Nat) (tactic : Nat) (h : init = tactic) : tactic = init := h.symm",
    "def f (xs : List Nat) := xs.foldl (init := 0) (· + ·)",
    "@[elab_as_elim] theorem t (p : Nat → Prop) (h : ∀ n, p n) (n : Nat) : p n := h n",
    "@[simp, inline] def init := 1",
    "export Nat (succ)\n" + PROVED,
    'notation "two" => 2\n' + PROVED,
    'infixl:65 " ⊹ " => Nat.add\ndef f := id <$> [1]',
    "theorem t : 1 + 1 = 2 := by simp (config := { decide := true }) +arith (maxSteps := 10)",
    "theorem t : 1 = 1 := by rw [Nat.add_comm (n := 1 + 1)]",
    "#guard_msgs in\n#check 1",
    "instance : Inhabited Nat := ⟨3⟩\ndef n := 0 + x'.1 -- it's \"so\"",
    "open Lean in\n" + PROVED,
]
CODE = [
    "#eval 1",
    "#eval1",
    "/- a comment /- -/ -/ #eval 1",
    "theorem a := sorry\n#eval 1",
    "#guard 1 = 1",
    "theorem t : 1 < 2 := by native_decide",
    "theorem t : 1 < 2 := by decide +native",
    "theorem t : 1 + 1 = 2 := by simp (maxSteps := f 5)",
    "theorem t : 1 + 1 = 2 := by simp +arith (config := c)",
    'macro "m" : tactic => `(tactic| trivial)',
    'macro "m" x:term : term => `(1 + $x)\n\n/-- m -/\ntheorem t : m 1 = 2 := sorry',
    'syntax "m" : tactic\n' + PROVED,
    "/-- info: 1 -/\n#guard_msgs in #eval 1\n#guard_msgs (info) in\n#check 1\n#guard true",
    "partial def f (n : Nat) : Nat := f n\n#eval f 1",
    'syntax "m" : tactic\nmacro_rules\n  | `(tactic| m) => `(tactic| trivial)\n'
    "  | `(tactic| m) => `(tactic| (intro; rfl))\n" + PROVED,
]
META = [
    'elab "m" : tactic => pure ()',
    "run_cmd pure ()",
    "def a := 0xFrun_cmd pure ()",
    "def a := 1run_cmd pure ()",
    "example : 1 = by_elab x := y",
    "initialize x : Nat ← pure 1",
    "unsafe def f := 1",
    "def f := lcProof",
    "@[implemented_by f] def g := 1",
    "@[simp, /- ] -/ init]\ndef g := 1",
    "attribute [local simp,\n init] g",
    "@[«init» f] def g := 1",
    '@[extern "f"] def g := 1',
    "@[export f] def g := 1",
    "@[csimp] theorem f : g = h := x",
    "@[app_unexpander f] def g := 1",
    "@[command_elab f] def g := 1",
    "set_option interpreter.prefer_native true",
    "set_option doc.verso true\n/-- {lean}`1` -/ def f := 1",
    "theorem t : Lean.reduceBool c = true := rfl",
    "#eval! 1",
    "partial def f (n : Nat) : Nat := g a n\n#eval f 1\ntheorem a : False := sorry",
    "#guard_msgs (drop all) in theorem a : False := f\n#eval 1",
    "def f (h : autoParam True made) := 1",
    'syntax "m" made : term\ntheorem a : False := sorry',
    "def f : Lean.ParserDescr := g",
    "@[code_action_provider] def f := g",
    "@[ext (flat := f)] structure A\naxiom a : False",
    "axiom a : False\n#eval 1",
    "theorem a : 1 < 2 := by native_decide\ntheorem b : 1 = 1 := sorry",
    "theorem a : False := sorry\ntheorem t : 1 + 1 = 2 := by simp (maxSteps := f a)",
    "theorem a : False := by apply?\n#guard f a",
    "def Lean.Elab.Command.CommandElabM (a : Type) := a\n#eval 1",
    "namespace Lean\nstructure C where\nend Lean\ntheorem t : 1 = 1 := by omega +splits",
    'macro "m" : command => `(axiom a : False)',
    'macro "m" : tactic => do return x',
    'macro "m" : tactic => `(tactic| $(f))',
    'macro "m" : term => `(1) >>= f',
    'macro "m" : term => `(1)\n  |> f',
    'macro "m" : term => `(1)\nf',
    "macro_rules | `($a = $b) => `(True)",
    "macro_rules | `(theorem $a : $b := $c) => `(axiom $a : $b)",
    "macro_rules\n | `(tactic| a) => `(tactic| b)\n | x => f x",
    "macro_rules\n | `(tactic| a) => f",
    "macro_rules (kind := k)\n | x => `(tactic| b)",
    'notation "m" => $(f)',
    'binder_predicate x " m " y:term => f',
    'notation "m" => $f',
    'def f := s!"{1}"\n-- unsafe',
    'def f := r"\\"-- "\n-- unsafe',
    'def c := \'"\' -- "\nunsafe def f := 1 -- "',
]


@pytest.mark.parametrize("body", NO_CODE)
def test_words_that_run_nothing_are_let_be(body: str) -> None:
    assert reach((), body) is Reach.NONE


@pytest.mark.parametrize("body", CODE)
def test_what_runs_code_without_reaching_the_elaborator(body: str) -> None:
    assert reach((), body) is Reach.CODE


@pytest.mark.parametrize("body", META)
def test_what_can_reach_the_elaborator(body: str) -> None:
    assert reach((), body) is Reach.META


def test_where_lean_itself_is_imported_an_evaluated_command_can_be_lean() -> None:
    for module in ("Lean", "Mathlib", "Batteries.Data.List", "NuminaLean.Lint"):
        assert reach((module,), "#eval x") is Reach.META
    for module in ("Init", "Std.Data.HashMap", "NuminaLean.Prelude"):
        assert reach((module,), "#eval x") is Reach.CODE


def test_syntax_words_are_those_of_the_code_alone() -> None:
    body = '-- elab\nlocal notation "x" => 1\ninfixl:65 " y " => f\nnotation "#eval" => 2\n'
    assert syntax_words(body) == ("infixl", "notation")
    assert syntax_words(PROVED) == ()
    assert syntax_words("#eval1") == ("#eval",)


@pytest.mark.parametrize(
    "doubtful",
    [
        'r"\\"',
        's!"{x}"',
        "'\"'",
        '"\\""',
        "a--b",
        "(/- x -/",
        "/--/",
        '«"»',
        '"open',
        "/- open",
        'notation "--" => 1',
    ],
)
def test_in_doubt_nothing_is_taken_for_a_comment(doubtful: str) -> None:
    assert skeleton(f"def x := {doubtful}\n") is None


def test_what_is_left_out_keeps_its_place() -> None:
    text = 'a /- b\n /- c -/ -/ "d" -- e\nf'
    bare = skeleton(text)
    assert bare is not None
    assert [bare.index(kept) for kept in "af"] == [text.index(kept) for kept in "af"]
    assert not set("bcde") & set(bare)
    assert bare.count("\n") == text.count("\n")


@pytest.mark.lean
def test_what_lean_reads_is_never_left_out(engine: Engine) -> None:
    """Random soups of marks: each number that Lean finds in the code is found in the skeleton."""
    soups = [_soup(random.Random(seed)) for seed in range(150)]
    known = "def f (_ : String) : Nat := 0\ndef g (_ : Char) : Nat := 0\n"
    session = engine.start(Header())
    read = 0
    try:
        for soup in soups:
            report = session.check(Check(f"{known}#check [\n{soup}]\n", axioms=False))
            bare = skeleton(soup)
            if report.has_errors or bare is None:
                continue
            read += 1
            shown = re.sub(r'"(?:[^"\\]|\\.)*"', "", report.messages[-1].text)
            assert set(re.findall(r"\d{4}", shown)) <= set(re.findall(r"\d{4}", bare)), soup
    finally:
        session.close()
    assert read > 20


def test_a_heap_of_openings_is_read_in_one_go() -> None:
    heap = "@[" * 100_000
    assert reach((), heap) is Reach.NONE
    assert reach((), heap + "macro") is Reach.META


def _soup(rng: random.Random) -> str:
    def junk() -> str:
        marks = ['"', "'", "-", "/", "--", "/-", "-/", " ", "\\", "«", "»", "{", "}", "r#", "\n"]
        numbers = [str(rng.randint(1000, 9999)) for _ in range(6)]
        return " ".join(rng.choice(marks + numbers) for _ in range(rng.randint(0, 5)))

    def item() -> str:
        number = str(rng.randint(1000, 9999))
        quoted = f'f "{junk()}"'.replace("\n", "")
        character = f"g '{rng.choice(['-', '/', 'x'])}'"
        return rng.choice([number, number, number, quoted, character])

    def prose() -> str:
        line = f" -- {junk()}".replace("\n", "")
        return rng.choice(["", "", f"{line}\n", f" /- {junk()} -/", "\n"])

    return ",".join(f"{prose()}{item()}{prose()}" for _ in range(rng.randint(1, 4)))


@pytest.mark.shared
def test_honest_sources_at_large_bring_no_code(shared_data: Path) -> None:
    table = pyarrow.json.read_json(shared_data / "checker" / "rllean_compiled.jsonl")
    for text in table.column("code").to_pylist():
        header, body = split_header(text)
        assert reach(header.imports, body) is Reach.NONE
