"""A native session against a scripted REPL: what it sends, and the report it makes."""

import os
import signal
import time

import pytest
from scripted_repl import message, requests, script

from numina_lean.lean.engine import (
    Check,
    CheckTimeoutError,
    HeaderError,
    SessionCrashedError,
    SessionError,
)
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.report import Declaration, LeanInfo, Message, Position, Sorry
from numina_lean.lean.source import Header, split_header

NO_LEAN = {"match": 'elab "#numina', "answer": {"messages": [message("error", "no elab", 1, 0)]}}


@pytest.fixture
def start(tmp_path):
    started = []

    def start_session(*rules, header=None):
        engine = NativeEngine(script(tmp_path, *rules), tmp_path, ())
        started.append(engine.start(header or Header()))
        return started[-1]

    yield start_session
    for session in started:
        session.kill()


def commands(folder):
    return [request["cmd"] for request in requests(folder)]


def test_imports_come_without_environment_and_switch_off_auto_bound_variables(start, tmp_path):
    start(header=Header(("Mathlib", "Aesop")))
    first = requests(tmp_path)[0]
    assert first == {"cmd": "import Mathlib\nimport Aesop\nset_option autoImplicit false"}


def test_an_empty_header_loads_what_lean_loads_by_itself(start, tmp_path):
    start()
    assert requests(tmp_path)[0] == {"cmd": "set_option autoImplicit false"}


def test_the_preamble_is_elaborated_at_its_place_in_the_header(start, tmp_path):
    header = Header(("A", "B"), "open Nat\nopen Real")
    start(header=header)
    preamble = next(command for command in commands(tmp_path) if "open Nat" in command)
    assert header.text.splitlines()[2:] == preamble.splitlines()[2:] == ["open Nat", "open Real"]
    assert preamble.splitlines()[:2] == ["", ""]


def test_a_failed_import_is_a_header_error_though_it_comes_as_a_message(start):
    with pytest.raises(HeaderError) as raised:
        start(
            {"match": "import", "answer": {"messages": [message("error", "unknown N", 1, 0)]}},
            header=Header(("N",)),
        )
    assert raised.value.messages == (Message("error", "unknown N", Position(1, 0)),)


def test_an_error_in_the_preamble_is_a_header_error_in_the_headers_coordinates(start):
    with pytest.raises(HeaderError) as raised:
        start(
            {"match": "open Nope", "answer": {"messages": [message("error", "unknown", 2, 5)]}},
            header=Header(("A",), "open Nope"),
        )
    assert raised.value.messages[0].start == Position(2, 5)


def test_a_refused_header_is_a_header_error(start):
    with pytest.raises(HeaderError, match="object file"):
        start(
            {"match": "set_option", "keep_env": True, "answer": {"message": "object file"}},
        )


def test_a_process_that_dies_on_its_header_is_a_session_error(start):
    with pytest.raises(SessionError):
        start({"match": "set_option", "exit": 1})


def test_every_check_starts_from_the_header(start, tmp_path):
    session = start(header=Header(("A",), "open Nat"))
    for body in ("def a := 1", "def b := 2"):
        session.check(Check(body))
    sent = {request["cmd"]: request for request in requests(tmp_path)}
    assert sent["def a := 1"]["env"] == sent["def b := 2"]["env"]


def test_a_heartbeat_limit_is_set_once_and_moves_no_position(start, tmp_path):
    session = start({"match": "oops", "answer": {"messages": [message("error", "no", 1, 3)]}})
    report = session.check(Check("oops", heartbeats=7))
    session.check(Check("oops", heartbeats=7))
    session.check(Check("oops", heartbeats=8))
    assert report.messages[0].start == Position(1, 3)
    limits = [command for command in commands(tmp_path) if "maxHeartbeats" in command]
    assert limits == ["set_option maxHeartbeats 7", "set_option maxHeartbeats 8"]


def test_positions_are_those_of_the_source_with_its_header(start):
    header, body = split_header("import Mathlib\n\n\ntheorem t : oops := rfl")
    at_oops = {"match": "oops", "answer": {"messages": [message("error", "no", 4, 12)]}}
    report = start(at_oops, header=header).check(Check(body))
    assert body.splitlines()[3] == "theorem t : oops := rfl"
    assert report.messages[0].start == Position(4, 12)


def test_sorries_are_listed_whether_or_not_their_goals_are_wanted(start):
    goal = {"goal": "⊢ 1 = 2", "proofState": 0, "pos": {"line": 1, "column": 20}}
    session = start({"match": "theorem", "answer": {"sorries": [goal]}})
    assert session.check(Check("theorem t : 1 = 2 := sorry")).sorries == (
        Sorry("⊢ 1 = 2", Position(1, 20)),
    )
    assert session.check(Check("theorem t : 1 = 2 := sorry", goals=False)).sorries == (
        Sorry("", Position(1, 20)),
    )


def test_the_added_constants_are_listed_with_their_axioms(start):
    added = [
        ["Foo.t", "theorem", ["propext", "Classical.choice"]],
        ["Foo.t.proof_1", "theorem", []],
        ["_private.0.hidden", "theorem", ["sorryAx"]],
        ["inHeader", "def", []],
    ]
    session = start(
        {"audit": [["inHeader", "def", []]], "times": 1},
        {"audit": added},
    )
    assert session.check(Check("theorem …")).declarations == (
        Declaration("Foo.t", "theorem", ("Classical.choice", "propext")),
        Declaration("hidden", "theorem", ("sorryAx",)),
    )


def test_constants_that_only_lean_could_have_named_are_listed_when_there_are_no_others(start):
    session = start({"audit": [], "times": 1}, {"audit": [["_x.match_1", "def", []]]})
    assert [d.name for d in session.check(Check("x")).declarations] == ["_x.match_1"]


def test_an_axiom_is_listed_whatever_its_name(start):
    hidden = ["foo._x.proof_1", "axiom", ["foo._x.proof_1"]]
    session = start({"audit": [], "times": 1}, {"audit": [["t", "theorem", []], hidden]})
    assert [d.name for d in session.check(Check("x")).declarations] == ["foo._x.proof_1", "t"]


def test_nothing_is_audited_after_an_error_or_when_it_is_not_wanted(start, tmp_path):
    session = start(
        {"match": "bad", "answer": {"messages": [message("error", "no", 1, 0)]}},
        {"audit": [["t", "theorem", []]]},
    )
    before = len(requests(tmp_path))
    assert session.check(Check("bad")).declarations == ()
    assert session.check(Check("good", axioms=False)).declarations == ()
    assert len(requests(tmp_path)) == before + 3  # the limit, and the two sources


@pytest.mark.parametrize(
    "text",
    [
        '[["t", "theorem", []]]',
        "wrong word [[1]]",
        "",
    ],
)
def test_an_audit_answer_without_this_audits_word_is_not_believed(start, text):
    session = start(
        {"audit": [], "times": 1},
        {"to_audit": True, "answer": {"messages": [message("info", text, 1, 0)]}},
    )
    report = session.check(Check("theorem t …"))
    assert [d.axioms for d in report.declarations] == [("unaudited",)]
    assert (report.messages[-1].kind, report.messages[-1].severity) == ("unaudited", "warning")


def test_examples_are_audited_under_given_names(start, tmp_path):
    session = start(
        {"audit": [], "times": 1},
        {"audit": [["$0", "def", []], ["A.$1", "def", ["sorryAx"]], ["$0.match_1", "def", []]]},
    )
    body = "example : 1 = 1 := rfl\nnamespace A\nexample : 2 = 2 := by sorry"
    assert session.check(Check(body)).declarations == (
        Declaration("example@1", "def", ()),
        Declaration("example@3", "def", ("sorryAx",)),
    )
    plain, named = commands(tmp_path)[-4:-2]
    assert plain == body
    assert named.startswith("def numinaExample")


def test_an_example_that_does_not_show_up_is_unaudited(start):
    session = start({"audit": [], "times": 1}, {"audit": [["t", "theorem", []]]})
    report = session.check(Check("theorem t : True := trivial\nexample : 1 = 1 := rfl"))
    assert report.declarations == (
        Declaration("example@2", "opaque", ("unaudited",)),
        Declaration("t", "theorem", ()),
    )


def test_an_example_that_means_nothing_as_a_declaration_leaves_the_rest_audited(start):
    session = start(
        {"match": "def numinaExample", "answer": {"messages": [message("error", "no", 1, 0)]}},
        {"audit": [], "times": 1},
        {"audit": [["t", "theorem", []]]},
    )
    report = session.check(Check("theorem t : True := trivial\nexample : 1 = 1 := rfl"))
    assert report.declarations == (
        Declaration("example@2", "opaque", ("unaudited",)),
        Declaration("t", "theorem", ()),
    )


def test_without_leans_elaborator_the_axioms_are_printed_name_by_name(start, tmp_path):
    printed = [
        message("info", "'A.t' does not depend on any axioms", 1, 0),
        message("info", "'u' depends on axioms: [propext,\n sorryAx]", 2, 0),
    ]
    session = start(NO_LEAN, {"match": "#print axioms", "answer": {"messages": printed}})
    body = "namespace A\ntheorem t : True := trivial\nend A\naxiom u : False"
    assert session.check(Check(body)).declarations == (
        Declaration("A.t", "theorem", ()),
        Declaration("u", "axiom", ("propext", "sorryAx")),
    )
    assert commands(tmp_path)[-1] == "#print axioms A.t\n#print axioms u"


@pytest.mark.parametrize(
    "printed",
    [
        [],
        [message("error", "unknown constant 't'", 1, 0)],
        [message("info", "'t' does not depend on any axioms", 2, 0)],
        [message("info", "'t' does not depend on any axioms", 1, 0)] * 2,
        [message("info", "trust me", 1, 0)],
    ],
)
def test_printed_axioms_that_do_not_answer_are_not_believed(start, printed):
    session = start(NO_LEAN, {"match": "#print axioms", "answer": {"messages": printed}})
    report = session.check(Check("theorem t : True := trivial"))
    assert [d.axioms for d in report.declarations] == [("unaudited",)]


def test_a_source_that_defines_syntax_is_not_audited_by_printing(start):
    session = start(NO_LEAN)
    report = session.check(Check("macro_rules | `(#print axioms $x) => `(#eval 1)\ntheorem t …"))
    assert [d.axioms for d in report.declarations] == [("unaudited",)]
    assert "Add: import Lean" in report.messages[-1].text


def test_a_source_that_declares_nothing_has_no_declarations(start):
    assert start(NO_LEAN).check(Check("#eval 1")).declarations == ()
    assert start().check(Check("#eval 1")).declarations == ()


def test_a_check_that_takes_too_long_kills_the_session(start):
    session = start({"match": "loop", "hang": True})
    with pytest.raises(CheckTimeoutError) as raised:
        session.check(Check("loop", timeout=0.3))
    assert not raised.value.alive
    assert session.spent
    assert session.resident_bytes() == 0


def test_a_check_that_kills_the_process_is_a_crash(start):
    session = start({"match": "boom", "exit": 9})
    assert not session.spent
    with pytest.raises(SessionCrashedError):
        session.check(Check("boom"))
    assert session.spent
    with pytest.raises(SessionCrashedError):
        session.check(Check("fine"))


def test_an_environment_the_repl_does_not_know_is_a_crash(start):
    session = start(
        {"match": "lost", "keep_env": True, "answer": {"message": "Unknown environment."}}
    )
    with pytest.raises(SessionCrashedError, match="Unknown environment"):
        session.check(Check("lost"))


def test_twenty_megabytes_of_messages_are_cut_to_the_limit(start):
    session = start(
        {"match": "loud", "fill": 20_000_000, "answer": {"messages": [message("info", "", 1, 0)]}}
    )
    report = session.check(Check("loud", output_limit=1000))
    assert report.truncated
    assert sum(len(m.text) for m in report.messages) == 1000


def test_a_process_that_died_while_nobody_asked_is_spent(start):
    session = start()
    os.kill(session.pid, signal.SIGKILL)
    while not session.spent:
        time.sleep(0.01)
    session.close()
    assert session.resident_bytes() == 0


def test_memory_of_a_live_session_is_reported(start):
    assert start().resident_bytes() > 1_000_000


def test_the_engine_names_its_versions_and_the_modules_it_lacks(tmp_path):
    (tmp_path / "Mathlib" / "Data").mkdir(parents=True)
    (tmp_path / "Mathlib.olean").touch()
    (tmp_path / "Mathlib" / "Data" / "Nat.olean").touch()
    engine = NativeEngine(("lake",), tmp_path, (tmp_path / "none", tmp_path))
    header = Header(("Mathlib", "Foo", "Mathlib.Data.Nat", "Mathlib.«Data».Int"))
    assert engine.missing_modules(header) == ("Foo", "Mathlib.«Data».Int")
    assert engine.lean == LeanInfo("native", "4.15.0", "9837ca9d65d9de6fad1ef4381750ca688774e608")
