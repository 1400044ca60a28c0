"""The embedded Lean, for real: what it reports, what it survives, what it cannot reach."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from numina_lean.lean.embedded.engine import EmbeddedEngine
from numina_lean.lean.embedded.session import EmbeddedSession
from numina_lean.lean.engine import Check, CheckTimeoutError, HeaderError, SessionCrashedError
from numina_lean.lean.report import Position
from numina_lean.lean.source import Header

pytestmark = pytest.mark.lean


@pytest.fixture(scope="module")
def start(engine: EmbeddedEngine) -> Iterator[Callable[..., EmbeddedSession]]:
    """Starts sessions that end with the module."""
    sessions: list[EmbeddedSession] = []

    def start_session(header: Header = Header()) -> EmbeddedSession:  # noqa: B008 - frozen
        sessions.append(engine.start(header))
        return sessions[-1]

    yield start_session
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def session(start: Callable[..., EmbeddedSession]) -> EmbeddedSession:
    return start()


def test_a_theorem_with_sorry_is_reported_with_its_goal(session: EmbeddedSession) -> None:
    report = session.check(Check("theorem t (n : Nat) : n + 0 = n := by\n  sorry"))
    assert [(d.name, d.kind, d.axioms) for d in report.declarations] == [
        ("t", "theorem", ("sorryAx",))
    ]
    (sorry,) = report.sorries
    assert sorry.goal == "n : Nat\n⊢ n + 0 = n"
    assert (sorry.start, sorry.end) == (Position(2, 2), Position(2, 7))


def test_a_term_sorry_has_a_goal_too(session: EmbeddedSession) -> None:
    report = session.check(Check("def f (n : Nat) : n = n ∧ True := ⟨rfl, sorry⟩"))
    assert [sorry.goal for sorry in report.sorries] == ["n : Nat\n⊢ True"]


def test_a_sorry_is_listed_even_where_its_goal_is_not_wanted(session: EmbeddedSession) -> None:
    (sorry,) = session.check(Check("theorem t : 1 = 2 := by sorry", goals=False)).sorries
    assert (sorry.start, sorry.goal) == (Position(1, 24), "")


def test_messages_have_positions_in_code_points(session: EmbeddedSession) -> None:
    report = session.check(Check("/- ∀ ℕ 𝔸 -/ theorem é : Nope.x = 1 := rfl"))
    (message,) = [m for m in report.messages if m.severity == "error"]
    assert (message.start, message.end) == (Position(1, 24), Position(1, 30))


def test_axioms_are_found_through_definitions(session: EmbeddedSession) -> None:
    source = "axiom cheat : 1 = 2\ndef d := cheat\ntheorem t : 1 = 2 := d\ntheorem u : 1 = 1 := rfl"
    axioms = {d.name: d.axioms for d in session.check(Check(source)).declarations}
    assert axioms == {"cheat": ("cheat",), "d": ("cheat",), "t": ("cheat",), "u": ()}


@pytest.mark.parametrize(
    ("proof", "axioms"),
    [
        ("by native_decide", ("Lean.ofReduceBool",)),
        ("by decide", ()),
        ("sorry", ("sorryAx",)),
        ("Classical.byContradiction fun h => h rfl", ()),
        ("(propext Iff.rfl).mp rfl", ("propext",)),
    ],
)
def test_an_example_is_audited_as_a_theorem_would_be(
    session: EmbeddedSession, proof: str, axioms: tuple[str, ...]
) -> None:
    report = session.check(Check(f"example : 2 + 2 = 4 := {proof}"))
    assert [(d.name, d.axioms) for d in report.declarations] == [("example@1", axioms)]


def test_an_example_is_found_behind_modifiers_and_open_in(session: EmbeddedSession) -> None:
    source = "axiom A : False\nopen Nat in\nset_option maxRecDepth 600 in\n"
    report = session.check(Check(source + "/-- doc -/ example : gcd 1 2 = 3 := A.elim"))
    assert report.declarations[-1].name == "example@4"
    assert report.declarations[-1].axioms == ("A",)


def test_an_example_in_a_namespace_is_audited_like_any_other(session: EmbeddedSession) -> None:
    source = "axiom A : False\nnamespace F\nprivate example : 1 = 1 := rfl\n"
    source += "example : 1 = 2 := A.elim"
    axioms = {d.name: d.axioms for d in session.check(Check(source)).declarations}
    assert axioms == {"A": ("A",), "example@3": (), "example@4": ("A",)}


def test_an_undeclared_variable_is_not_bound_silently(session: EmbeddedSession) -> None:
    assert session.check(Check("theorem t : n = n := rfl")).has_errors
    assert not session.check(
        Check("set_option autoImplicit true\ntheorem t : n = n := rfl")
    ).has_errors


def test_an_example_of_data_is_audited_as_a_definition(session: EmbeddedSession) -> None:
    report = session.check(Check("example : Nat := 3\nnoncomputable example : Nat := 3"))
    assert [(d.kind, d.axioms) for d in report.declarations] == [("def", ()), ("def", ())]


def test_what_a_check_declares_is_gone_in_the_next(session: EmbeddedSession) -> None:
    session.check(Check("def here : Nat := 1\nopen Nat\nset_option autoImplicit false"))
    report = session.check(Check("#check here\n#check gcd"))
    assert [message.severity for message in report.messages] == ["error"] * 2


def test_nothing_after_exit_counts(session: EmbeddedSession) -> None:
    report = session.check(Check("theorem a : 1 = 1 := rfl\n#exit\ntheorem b : 1 = 2 := rfl"))
    assert [d.name for d in report.declarations] == ["a"]
    assert not report.has_errors


def test_a_late_import_is_an_error(session: EmbeddedSession) -> None:
    assert session.check(Check("theorem a : 1 = 1 := rfl\nimport Lean")).has_errors


def test_names_that_look_alike_are_told_apart(session: EmbeddedSession) -> None:
    report = session.check(Check("axiom a.b : False\ntheorem «a.b» : 1 = 1 := rfl"))
    assert {d.name: d.axioms for d in report.declarations} == {"a.b": ("a.b",), "«a.b»": ()}


def test_heartbeats_stop_a_runaway(session: EmbeddedSession) -> None:
    source = "set_option maxRecDepth 100000 in\n"
    source += "theorem t : (List.range 3000).foldl (· + ·) 0 = 1 := by decide"
    report = session.check(Check(source, heartbeats=200))
    assert [message.kind for message in report.messages] == ["runtime.maxHeartbeats"]


def test_output_is_cut_at_the_limit_and_says_so(session: EmbeddedSession) -> None:
    flood = "\n".join(["theorem t : nope = 1 := rfl"] * 500)
    report = session.check(Check(flood, output_limit=2_000))
    assert report.truncated
    assert report.has_errors
    assert sum(len(message.text) for message in report.messages) < 3_000


def test_binary_rubbish_is_an_error_and_no_more(session: EmbeddedSession) -> None:
    report = session.check(Check("\x00\x01\x02 \ud800 ﷽ �"))
    assert report.has_errors
    assert session.check(Check("theorem t : 1 = 1 := rfl")).declarations[0].axioms == ()


def test_the_token_stops_a_runaway_and_the_session_lives(session: EmbeddedSession) -> None:
    source = "set_option maxRecDepth 10000000 in\n"
    source += "theorem t : (List.range 200000).foldl (· + ·) 0 = 1 := by decide"
    with pytest.raises(CheckTimeoutError) as caught:
        session.check(Check(source, timeout=1.0, heartbeats=0))
    assert caught.value.alive
    assert session.check(Check("theorem t : 1 = 1 := rfl")).declarations[0].name == "t"


def test_an_endless_evaluation_is_killed(start: Callable[..., EmbeddedSession]) -> None:
    session = start()
    with pytest.raises(CheckTimeoutError) as caught:
        session.check(Check("partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0", timeout=3.0))
    assert not caught.value.alive
    assert session.spent


def test_a_source_that_ends_the_process_is_a_crash(start: Callable[..., EmbeddedSession]) -> None:
    session = start()
    with pytest.raises(SessionCrashedError, match="the source ended the process"):
        session.check(Check("#eval (IO.Process.exit 0 : IO Unit)"))
    assert session.spent


@pytest.mark.parametrize(
    "action",
    [
        'IO.FS.writeFile "/lib/lean/Init.olean" "x"',
        'IO.FS.createDir "/lib/lean/x"',
        'IO.FS.writeFile "/work/x" "x"',
        'IO.FS.createDir "/tmp/x"',
        'IO.FS.removeFile "/lib/lean/Init.olean"',
        'IO.FS.rename "/lib/lean/Init.olean" "/lib/lean/Gone.olean"',
        'discard <| IO.FS.readFile "/etc/passwd"',
        'discard <| IO.FS.readFile "/lib/lean/../../../../etc/passwd"',
        'discard <| IO.Process.output { cmd := "true" }',
    ],
)
def test_io_reads_no_host_file_and_writes_nothing(session: EmbeddedSession, action: str) -> None:
    assert session.check(Check(f"#eval (({action}) : IO Unit)")).has_errors


def test_io_sees_neither_the_environment_nor_the_requests(session: EmbeddedSession) -> None:
    source = (
        '#eval (do return (← IO.getEnv "HOME").getD "none" : IO String)\n'
        "#eval (do return (← (← IO.getStdin).getLine).length : IO Nat)"
    )
    assert [message.text for message in session.check(Check(source)).messages] == ['"none"', "0"]


def test_a_header_is_loaded_once_and_its_preamble_holds(
    start: Callable[..., EmbeddedSession],
) -> None:
    session = start(Header(("Std",), "open Nat\nset_option autoImplicit false\ndef two := 2"))
    report = session.check(Check("theorem t : gcd two 4 = 2 := by decide"))
    assert not report.has_errors
    assert [d.name for d in report.declarations] == ["t"]
    assert session.check(Check("theorem t (x : α) : x = x := rfl")).has_errors


def test_a_header_that_does_not_elaborate_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(HeaderError, match="expected"):
        engine.start(Header((), "open ("))


def test_missing_modules_are_named_without_a_start(engine: EmbeddedEngine) -> None:
    header = Header(("Init", "Mathlib", "Std.Data.HashMap", "..Etc", "Aesop"))
    assert engine.missing_modules(header) == ("Mathlib", "..Etc", "Aesop")


def test_project_modules_are_elaborated_from_source(engine: EmbeddedEngine, tmp_path: Path) -> None:
    (tmp_path / "My").mkdir()
    (tmp_path / "My" / "Base.lean").write_text("def My.one : Nat := 1\nopen Nat\n")
    (tmp_path / "My.lean").write_text("import My.Base\ntheorem My.t : My.one = 1 := rfl\n")
    (tmp_path / "Other.lean").write_text("import Mathlib\n")
    mine = EmbeddedEngine(engine.installation, tmp_path)
    assert mine.missing_modules(Header(("My", "Other"))) == ("Mathlib",)
    session = mine.start(Header(("My",)))
    report = session.check(Check("theorem u : My.one = 1 := My.t\n#check gcd"))
    session.close()
    assert [d.name for d in report.declarations] == ["u"]
    assert report.has_errors, "an `open` in a module must not leak into what imports it"


def test_resident_memory_is_told_and_ends_with_the_process(
    start: Callable[..., EmbeddedSession],
) -> None:
    session = start()
    assert 100_000_000 < session.resident_bytes() < 1_000_000_000
    session.kill()
    assert session.resident_bytes() == 0
    with pytest.raises(SessionCrashedError):
        session.check(Check("theorem t : 1 = 1 := rfl"))


def test_no_process_outlives_a_parent_that_was_killed() -> None:
    program = (
        "from numina_lean.lean.discover import choose_engine\n"
        "from numina_lean.lean.engine import Check\n"
        "from numina_lean.lean.source import Header\n"
        "session = choose_engine('embedded').start(Header())\n"
        "print(session.pid, flush=True)\n"
        "endless = 'partial def f (n : Nat) : Nat := f (n + 1)\\n#eval f 0'\n"
        "session.check(Check(endless, timeout=600))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        lean = psutil.Process(int(parent.stdout.readline()))
    time.sleep(1.0)  # into the endless evaluation
    parent.kill()
    parent.wait()
    gone, _ = psutil.wait_procs([lean], timeout=30)
    assert gone == [lean]
