"""The commands that export and judge constants, run on Lean 4.28; what Python makes of them.

The embedded Lean stands in for the native one. Its library has no code for two functions that the
commands call, so that these are put differently here; the rest is what the native engine runs.
"""

import json
import re
from pathlib import Path

import pytest

from numina_lean.lean.engine import BadReferenceError, Check
from numina_lean.lean.native.audit import UnauditedError
from numina_lean.lean.native.judging import (
    ExportCommand,
    JudgeCommand,
    make_evidence,
    read_ruling,
)
from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import Declaration, Evidence, Message, Position
from numina_lean.lean.source import Header

TOKEN = "5ec7e7"
FOLD = "env.constants.foldStage2 (fun rest _ info => info :: rest) []"
STAND_IN = """
namespace stand_in_5ec7e7
abbrev Node := Lean.PersistentHashMap.Node Lean.Name Lean.ConstantInfo
abbrev Entry := Lean.PersistentHashMap.Entry Lean.Name Lean.ConstantInfo Node
partial def node (found : List Lean.ConstantInfo) : Node → List Lean.ConstantInfo
  | .entries es => each es 0 found
  | .collision _ infos _ => infos.toList.foldl (fun found info => info :: found) found
where
  each (es : Array Entry) (i : Nat) (found : List Lean.ConstantInfo) : List Lean.ConstantInfo :=
    if i < es.size then
      each es (i + 1) (match es[i]? with
        | some (.entry _ info) => info :: found
        | some (.ref inner) => node found inner
        | _ => found)
    else found
def say (text : String) : Lean.Elab.Command.CommandElabM Unit :=
  let data := Lean.MessageData.ofFormat (.text text)
  let said : Lean.Message := { fileName := "", pos := ⟨1, 0⟩, severity := .information, data }
  modify fun s => { s with messages := s.messages.add said }
end stand_in_5ec7e7
"""
EXPORT, JUDGE = ExportCommand(TOKEN), JudgeCommand(TOKEN)


def for_embedded(definition):
    said = definition.replace(FOLD, "stand_in_5ec7e7.node [] env.constants.map₂.root")
    return said.replace("Lean.logInfo", "stand_in_5ec7e7.say")


@pytest.fixture(scope="module")
def session(engine):
    definitions = [STAND_IN, for_embedded(EXPORT.definition), for_embedded(JUDGE.definition)]
    session = engine.start(Header(("Lean",), "\n".join(definitions)))
    yield session
    session.close()


def run(session, source):
    report = session.check(Check(source, timeout=300.0, axioms=False, output_limit=10**9))
    assert not report.has_errors, report.messages
    return Answer(0, report.messages)


def evidence(session, source):
    answer = run(session, f"{source}\n{EXPORT.request('N')}")
    said = next(m.text for m in answer.messages if m.text.startswith("N"))
    return make_evidence(("Lean",), {}, said.removeprefix("N"))


def rule(session, source, reference=None):
    """The ruling on a source, or on evidence of one."""
    given = source if isinstance(source, Evidence) else evidence(session, source)
    wanted = None if reference is None else evidence(session, reference)
    answer = run(session, JUDGE.request("N", given, wanted))
    return read_ruling(answer, "N", given, compared=reference is not None)


def departures(session, source, reference):
    ruling = rule(session, source, reference)
    assert ruling.refusal is None
    return [(mismatch.code, mismatch.name) for mismatch in ruling.mismatches]


CASES = Path(__file__).with_name("native_references.txt")


def cases():
    """The source, the reference and the mismatches of each case."""
    for block in CASES.read_text(encoding="utf-8").split("\n=== ")[1:]:
        wanted, _, text = block.partition("\n")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        source, reference = "\n".join(lines).split("\n---\n")
        mismatches = [tuple(each.split()) for each in wanted.split("; ") if each != "kept"]
        yield pytest.param(source, reference, mismatches, id=f"{wanted}: {source.splitlines()[-1]}")


@pytest.mark.lean
@pytest.mark.parametrize(("source", "reference", "wanted"), list(cases()))
def test_a_source_keeps_to_its_reference_or_departs_in_what_is_named(
    session, source, reference, wanted
):
    assert departures(session, source, reference) == wanted


@pytest.mark.lean
@pytest.mark.parametrize("reference", ["def d := 3", "axiom a : False"])
def test_a_reference_that_states_nothing_is_no_reference(session, reference):
    with pytest.raises(BadReferenceError, match="declares no theorem"):
        rule(session, "theorem t : 1 = 1 := rfl", reference)


@pytest.mark.lean
def test_what_is_declared_is_listed_with_what_it_rests_on(session):
    source = """
axiom a : False
theorem t : 1 = 2 := a.elim
theorem s : 1 = 2 := sorry
unsafe def u : Nat := u
private theorem p : 1 = 1 := rfl
def f : Nat → Nat | 0 => 1 | n + 1 => f n
"""
    found = {each.name: each for each in rule(session, source).declarations}
    assert set(found) == {"a", "t", "s", "u", "p", "f"}
    assert found["a"] == Declaration("a", "axiom", ("a",))
    assert found["t"] == Declaration("t", "theorem", ("a",))
    assert "sorryAx" in found["s"].axioms
    assert found["u"] == Declaration("u", "def", ("unsafe",))
    assert found["p"] == Declaration("p", "theorem", ())


@pytest.mark.lean
def test_what_terms_are_made_of_survives_the_way(session):
    source = """
structure Q where
  a : Nat
  b : String
def q : Q := { a := 123456789012345678901234567890, b := "é \\n\\" \\\\ 𝓝 % ." }
def «odd name.» (x : Nat) : Nat := let y := x + 1; (fun (z : Nat) => z * y) x
theorem proj (x : Q) : x = ⟨x.a, x.b⟩ := rfl
def level.{u, v} (α : Sort u) (β : Sort v) : Sort (max 1 (imax u v) (u + 1)) := PUnit
theorem big (a b c : Nat) (h : a < b) (k : b < c) : a + 1 < c := by omega
"""
    ruling = rule(session, source, source)
    assert (ruling.refusal, ruling.mismatches) == (None, ())
    assert "«odd name.»" in {each.name for each in ruling.declarations}


def nodes(evidence):
    return evidence.constants.partition("\n")[2].split(";")


def tampered(evidence, change):
    return make_evidence(evidence.imports, {}, ";".join(change(nodes(evidence))))


def claim(nodes):
    """The node that declares the theorem, at the end."""
    return next(index for index, node in enumerate(nodes) if node.startswith("T "))


@pytest.mark.lean
def test_a_theorem_that_its_proof_does_not_prove_is_refused(session):
    honest = evidence(session, "def no : Prop := 1 = 2\ntheorem t : 1 = 1 := rfl")
    false = next(line.split()[3] for line in nodes(honest) if line.startswith("D "))

    def forge(nodes):
        at = claim(nodes)
        letter, name, _, *rest = nodes[at].split()
        return [*nodes[:at], " ".join([letter, name, false, *rest]), *nodes[at + 1 :]]

    ruling = rule(session, tampered(honest, forge))
    assert ruling.refusal == "t: its value does not have its type"
    assert all(each.axioms == ("unaudited",) for each in ruling.declarations)


@pytest.mark.lean
@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        (["nonsense"], "cannot be read"),
        (["?"], "cannot be read"),
        (["s 7 a"], "cannot be read"),
        (["a 0 0"], "cannot be read"),
        (["b 1000000"], "cannot be read"),
        (["b 99999999999999999999999"], "cannot be read"),
        (["b"], "cannot be read"),
        (["b x"], "cannot be read"),
        (["s 0 %x."], "cannot be read"),
        (["s 0 %9999999."], "cannot be read"),
        (["s 0 a", "T 1 0 0"], "cannot be read"),
        (["s 0 a", "b 0", "A 1 0"], "a: "),
        (["s 0 a", "n 3", "A 1 0"], "a: "),
        (["s 0 a", "o 0", "A 1 0", "A 1 0"], "a: a is there already"),
        (["s 0 Nat", "o 0", "A 1 0"], "Nat: Nat is there already"),
        (["s 0 sorryAx", "o 0", "A 1 0"], "is there already"),
        (["s 0 a", "s 0 b", "c 2", "A 1 0"], "a: it uses b, which is not there"),
        (["s 0 a", "S 0", "o 1", "T 1 0 0"], "a: "),
        (["s 0 a", "s 0 u", "P 2", "o 1", "A 1 0"], "a: "),  # a level that is no parameter
        (["s 0 a", "o 0", "Y 0 0 1 1 0 7"], "cannot be read"),
        (["s 0 a", "s 1 c", "o 0", "c 1", "p 1 1", "Y 0 0 1 1 0 1 2 0"], "a: "),
    ],
)
def test_what_no_lean_would_write_is_refused(session, nodes, why):
    ruling = rule(session, make_evidence(("Lean",), {}, ";".join(nodes)))
    assert why in ruling.refusal


@pytest.mark.lean
def test_an_inductive_type_that_would_prove_false_is_refused(session):
    # inductive B : Type | c : (B → B) → B
    said = ["s 0 B", "s 1 c", "S 0", "o 1", "c 1", "p 1 1", "p 2 1", "Y 0 0 1 1 0 1 2 3"]
    ruling = rule(session, make_evidence(("Lean",), {}, ";".join(said)))
    assert ruling.refusal.startswith("B")


@pytest.mark.parametrize("text", ['a" "', "a\\", "a\tb", "é", "\ud800", "a\rb", "`", "{}"])
def test_a_text_that_could_leave_its_quotes_never_reaches_lean(text):
    with pytest.raises(UnauditedError):
        JUDGE.request("N", make_evidence((), {}, text), None)
    with pytest.raises(UnauditedError):
        JUDGE.request("N", make_evidence((), {}, ""), make_evidence((), {}, text))


def said(text):
    return Answer(0, (Message("info", text, Position(1, 0)),))


NONE_GIVEN = make_evidence((), {"secret0": "example@3"}, "")


def test_examples_and_private_names_are_shown_as_their_author_knows_them():
    rows = [["_private.0.A.f", "def", []], ["N.secret0", "def", ["propext"]]]
    answer = said("N" + json.dumps({"refusal": None, "declarations": rows, "mismatches": []}))
    assert read_ruling(answer, "N", NONE_GIVEN, compared=False).declarations == (
        Declaration("A.f", "def", ()),
        Declaration("example@3", "def", ("propext",)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "N",
        "N{}",
        'N{"refusal": null, "declarations": [["a", "def"]], "mismatches": []}',
        'N{"refusal": null, "declarations": [["a", "lemma", []]], "mismatches": []}',
        'N{"refusal": null, "declarations": [], "mismatches": [["odd", "a", "b"]]}',
    ],
)
def test_anything_but_a_ruling_is_not_believed(text):
    with pytest.raises(UnauditedError):
        read_ruling(said(text), "N", NONE_GIVEN, compared=True)


def test_both_commands_bear_the_sessions_secret_wherever_they_name_something():
    for definition in (EXPORT.definition, JUDGE.definition):
        assert "TOKEN" not in definition
        named = re.findall(r"^namespace (\S+)|^elab \"(\S+) ", definition, re.MULTILINE)
        assert named
        assert all(TOKEN in "".join(pair) for pair in named)
