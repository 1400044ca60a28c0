"""What a native session asks for references, evidence and rulings, and what it makes of them."""

import json

import pytest
from scripted_repl import message, requests, script

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.engine import BadReferenceError, Check
from numina_lean.lean.metaprogram import Reach
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.report import Declaration, Evidence, Mismatch, Ruling
from numina_lean.lean.source import Header

NO_EXPORT = {
    "match": "namespace numina_export",
    "answer": {"messages": [message("error", "", 1, 0)]},
}
NO_JUDGE = {"match": "namespace numina_judge", "answer": {"messages": [message("error", "", 1, 0)]}}
CLAIM = "s 0 t;T 1 0 1"
PROOF, STATEMENT = "theorem t : 1 = 1 := rfl", "theorem t : 1 = 1 := sorry"


@pytest.fixture
def start(tmp_path):
    started = []

    def start_session(*rules):
        engine = NativeEngine(script(tmp_path, *rules), tmp_path, ())
        assert engine.judges
        started.append(engine.start(Header(("Mathlib",))))
        return started[-1]

    yield start_session
    for session in started:
        session.kill()


def kinds(folder):
    """What each request was, in order, by its first word or what it defines."""
    first = [request["cmd"].partition("\n")[0] for request in requests(folder)]
    words = ("import", "elab", "#numina_audit", "#numina_export", "#numina_judge", "set_option")
    return [next((word for word in words if line.startswith(word)), line) for line in first]


def test_with_a_reference_both_are_exported_and_judged_on_the_imports_alone(start, tmp_path):
    session = start({"audit": [["t", "theorem", []]]}, {"export": CLAIM})
    report = session.check(Check(PROOF, reference=STATEMENT))
    assert report.ruling == Ruling((), None, ())
    assert kinds(tmp_path)[4:] == [
        "set_option",
        STATEMENT,
        PROOF,
        "#numina_audit",
        "#numina_export",
        "#numina_export",
        "/-",  # the definition of what judges
        "#numina_judge",
    ]
    asked = requests(tmp_path)
    by_text = {request["cmd"]: request for request in asked}
    assert by_text[PROOF]["env"] == by_text[STATEMENT]["env"]
    assert asked[-2]["env"] == asked[1]["env"] == 0  # the imports
    assert asked[-1]["cmd"].count(CLAIM) == 2
    session.check(Check(PROOF, reference=STATEMENT))
    assert kinds(tmp_path).count("/-") == 2  # of the export, and of what judges


def test_a_ruling_names_what_the_kernel_took_and_what_departs(start):
    ruling = {
        "declarations": [["t", "theorem", ["propext", "Quot.sound"]]],
        "mismatches": [["type", "t", "has another type"]],
    }
    session = start({"judge": ruling})
    assert session.check(Check(PROOF, reference=STATEMENT)).ruling == Ruling(
        (Declaration("t", "theorem", ("Quot.sound", "propext")),),
        None,
        (Mismatch("type", "t", "has another type"),),
    )


def test_without_a_reference_nothing_more_is_asked(start, tmp_path):
    report = start({"audit": [["t", "theorem", []]]}).check(Check(PROOF))
    assert (report.ruling, report.evidence, report.reach) == (None, None, Reach.NONE)
    assert not any(kind in ("#numina_export", "#numina_judge") for kind in kinds(tmp_path))


def test_evidence_is_exported_and_judged_in_another_session(start, tmp_path):
    session = start({"export": CLAIM}, {"audit": [["t", "theorem", []]]})
    report = session.check(Check(PROOF, evidence=True))
    assert report.ruling is None
    assert report.evidence.imports == ("Mathlib",)
    assert report.evidence.constants == "{}\n" + CLAIM
    other = start({"judge": {"declarations": [["t", "theorem", []]]}})
    assert other.judge(report.evidence) == Ruling((Declaration("t", "theorem", ()),), None, None)
    assert not other.spent


def test_an_example_keeps_its_place_on_the_way(start):
    session = start({"audit": [["$0", "def", []]]}, {"export": CLAIM})
    evidence = session.check(Check("example : 1 = 1 := rfl", evidence=True)).evidence
    (name,) = json.loads(evidence.constants.partition("\n")[0])
    judge = start({"judge": {"declarations": [[name, "def", []]]}})
    assert judge.judge(evidence).declarations == (Declaration("example@1", "def", ()),)


@pytest.mark.parametrize(
    ("body", "extent"),
    [(PROOF, Reach.NONE), ('elab "x" : command => pure ()', Reach.META)],
)
def test_a_session_that_ran_code_is_spent_and_rules_on_nothing(start, tmp_path, body, extent):
    session = start()
    report = session.check(Check(body, reference=STATEMENT))
    assert report.reach == extent
    assert session.spent == (extent > Reach.NONE)
    assert (report.ruling is None) == (extent > Reach.NONE)


def test_code_in_the_reference_counts_too(start):
    report = start().check(Check(PROOF, reference="run_cmd x"))
    assert (report.reach, report.ruling) == (Reach.META, None)


def test_a_reference_with_an_error_is_not_one(start):
    wrong = message("error", "unknown", 3, 1)
    session = start({"match": "sorry", "answer": {"messages": [wrong]}})
    with pytest.raises(BadReferenceError) as raised:
        session.check(Check(PROOF, reference=STATEMENT))
    assert [each.text for each in raised.value.messages] == ["unknown"]


def test_a_reference_that_states_nothing_is_not_one(start):
    session = start({"judge": {"mismatches": None}})
    with pytest.raises(BadReferenceError, match="declares no theorem"):
        session.check(Check(PROOF, reference="def d := 1"))


def test_a_source_with_an_error_is_not_ruled_on(start, tmp_path):
    wrong = message("error", "no", 1, 0)
    session = start({"match": "rfl", "answer": {"messages": [wrong]}})
    report = session.check(Check(PROOF, reference=STATEMENT))
    assert report.has_errors
    assert report.ruling is None
    assert "#numina_export" not in kinds(tmp_path)


@pytest.mark.parametrize("missing", [NO_EXPORT, NO_JUDGE])
def test_where_the_header_does_not_bring_lean_along_nothing_is_accepted(start, missing):
    session = start(missing)
    report = session.check(Check(PROOF, reference=STATEMENT))
    accepted = report.ruling is not None and report.ruling.refusal is None
    assert not accepted
    assert "does not import Lean" in (
        report.ruling.refusal if report.ruling else report.messages[-1].text
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"messages": []},
        {"messages": [message("info", "not the word", 1, 0)]},
        {"messages": [message("info", '{"refusal": null}', 1, 0)]},
    ],
)
def test_a_ruling_without_the_sessions_word_is_a_refusal(start, answer):
    session = start({"match": "#numina_judge", "answer": answer})
    ruling = session.check(Check(PROOF, reference=STATEMENT)).ruling
    assert ruling.refusal is not None
    assert ruling.declarations[0].axioms == ("unaudited",)


@pytest.mark.parametrize("text", ['"', "\\", "a\x07", '" #eval 1 "'])
def test_evidence_that_no_export_wrote_is_refused_unread(start, tmp_path, text):
    ruling = start().judge(Evidence(("Mathlib",), "{}\n" + text))
    assert ruling.refusal is not None
    assert "#numina_judge" not in kinds(tmp_path)


@pytest.mark.parametrize(
    ("body", "exited"),
    [
        (f"{PROOF}\n#exit\ntheorem u : 1 = 2 := rfl", True),
        (f"{PROOF}\n#exit", False),
        (f"{PROOF}\n#exit\n-- nothing\n", False),
        (f"-- ends with #exit\n{PROOF}", False),
        (f'theorem t : "#exit" = "#exit" := rfl\n{PROOF}', False),
        (f"{PROOF} #exit nonsense", True),
        (f'def s := s!"{{1}}--"\n#exit {PROOF}', True),
    ],
)
def test_text_behind_an_exit_is_noticed(start, body, exited):
    assert start().check(Check(body)).exited == exited


@pytest.fixture
def outcome(tmp_path):
    def check(*rules, source, reference=None):
        (tmp_path / "Mathlib.olean").touch()
        engine = NativeEngine(script(tmp_path, *rules), tmp_path, (tmp_path,))
        with Pool(engine, jobs=1) as pool:
            head = "import Mathlib\n"
            wanted = None if reference is None else head + reference
            return pool.check(Item("x", head + source, 30.0, reference=wanted))

    return check


RULED = {"judge": {"declarations": [["t", "theorem", []]]}}
META = f'elab "x" : command => pure ()\n{PROOF}'


def test_code_is_judged_by_another_process_and_accepted_where_the_reference_is_kept(
    outcome, tmp_path
):
    audited = ({"audit": [["t", "theorem", []]]}, {"export": CLAIM})
    kept = outcome(*audited, RULED, source=META, reference=STATEMENT)
    assert (kept.verdict, kept.replayed) == (Verdict.PROVED, True)


def test_code_without_a_reference_or_against_it_is_rejected(outcome):
    alone = outcome(RULED, source=META)
    assert (alone.verdict, alone.reason) == (Verdict.REJECTED, "unsafe_metaprogram")
    departing = {"judge": {**RULED["judge"], "mismatches": [["type", "t", "has another type"]]}}
    other = outcome(departing, source=META, reference=STATEMENT)
    assert (other.verdict, other.reason) == (Verdict.REJECTED, "reference_mismatch")
    refused = {"judge": {**RULED["judge"], "refusal": "t: its value does not have its type"}}
    forged = outcome(refused, source=META, reference=STATEMENT)
    assert (forged.verdict, forged.reason) == (Verdict.REJECTED, "kernel_refused")


def test_an_option_that_skips_the_kernel_is_rejected_by_its_text(outcome):
    source = f"set_option debug.skipKernelTC true\n{PROOF}"
    found = outcome({"audit": [], "times": 1}, {"audit": [["t", "theorem", []]]}, source=source)
    assert (found.verdict, found.reason) == (Verdict.REJECTED, "kernel_check_skipped")
