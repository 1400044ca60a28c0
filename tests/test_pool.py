"""A pool of real Lean processes under load and attack: one outcome for every item, in order."""

import os
import signal
import threading
from concurrent.futures import CancelledError

import psutil
import pytest

from numina_lean.check.pool import MEBIBYTE, Limits, Pool
from numina_lean.check.queue import PATIENCE, Job, JobQueue
from numina_lean.check.verdict import Item, Verdict
from numina_lean.lean.engine import Engine
from numina_lean.lean.source import Header

PROOF = "theorem t : 1 + 1 = 2 := rfl"
ENDLESS = "partial def f (n : Nat) : Nat := f (n + 1)\n#eval f 0"
EXIT = "#eval (IO.Process.exit 0 : IO Unit)"


@pytest.mark.lean
@pytest.mark.parametrize(
    ("source", "verdict", "reason"),
    [
        (PROOF, Verdict.PROVED, None),
        ("theorem t : 1 = 2 := by sorry", Verdict.STATEMENT, None),
        ("theorem t : 1 = 2 := rfl", Verdict.ERROR, None),
        ("", Verdict.ERROR, "nothing_declared"),
        ("theorem t : 2 + 2 = 4 := by native_decide", Verdict.REJECTED, "native_decide"),
        ("axiom a : 1 = 2\ntheorem t : 1 = 2 := a", Verdict.REJECTED, "axiom"),
        ("theorem t : 1 = 2 := sorryAx _ false", Verdict.REJECTED, "hidden_sorry"),
        (EXIT, Verdict.CRASHED, None),
        ("theorem t : True := " + "(" * 50_000 + ")" * 50_000, Verdict.CRASHED, "memory"),
        ("import Mathlib\n" + PROOF, Verdict.NEEDS_MATHLIB, None),
    ],
)
def test_each_verdict_is_given_for_its_cause(
    pool: Pool, source: str, verdict: Verdict, reason: str | None
) -> None:
    outcome = pool.check(Item("x", source))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


@pytest.mark.lean
def test_an_outcome_says_which_lean_spoke(pool: Pool) -> None:
    outcome = pool.check(Item("x", PROOF))
    assert outcome.lean.engine == "embedded"
    assert outcome.lean.lean_version.startswith("4.28.0")
    assert outcome.lean.mathlib_revision is None
    assert outcome.header_hash == Header().digest
    assert outcome.seconds > 0


@pytest.mark.lean
def test_missing_modules_are_named(pool: Pool) -> None:
    outcome = pool.check(Item("x", "import Mathlib\nimport Lean\nimport Aesop\n" + PROOF))
    assert outcome.missing_modules == ("Mathlib", "Aesop")


@pytest.mark.lean
@pytest.mark.parametrize("reference", [None, "theorem t : \ud800 = 1 := sorry"])
def test_what_is_no_text_is_not_checked_as_another(pool: Pool, reference: str | None) -> None:
    source = PROOF if reference else PROOF + "\n-- \ud800"
    outcome = pool.check(Item("surrogate", source, reference=reference))
    assert (outcome.verdict, outcome.reason) == (Verdict.ERROR, "unreadable")


def test_headers_are_kept_apart(pool: Pool) -> None:
    uses_std = "theorem t (m : Std.HashMap Nat Nat) : m = m := rfl"
    items = [Item(str(i), ("import Std\n" if i % 2 else "") + uses_std) for i in range(6)]
    verdicts = [outcome.verdict for outcome in pool.check_all(items)]
    assert verdicts == [Verdict.ERROR, Verdict.PROVED] * 3


@pytest.mark.lean
def test_one_bad_item_costs_the_others_nothing(pool: Pool) -> None:
    attacks = {7: ENDLESS, 20: EXIT, 33: "theorem t : 1 = 1 := " + "(" * 200}
    items = [Item(str(i), attacks.get(i, PROOF), timeout=5.0) for i in range(40)]
    outcomes = list(pool.check_all(items))
    assert [outcome.id for outcome in outcomes] == [item.id for item in items]
    odd = {int(o.id): o.verdict for o in outcomes if o.verdict is not Verdict.PROVED}
    assert odd == {7: Verdict.TIMEOUT, 20: Verdict.CRASHED, 33: Verdict.ERROR}


@pytest.mark.lean
def test_a_process_killed_from_outside_is_replaced(engine: Engine) -> None:
    others = set(psutil.Process().children())

    def kill_children() -> None:
        for child in set(psutil.Process().children()) - others:
            os.kill(child.pid, signal.SIGKILL)

    slow = (
        "theorem t : 1 + 1 = 2 := by\n" + "  have : (List.range 50).length = 50 := by decide\n" * 20
    )
    with Pool(engine, jobs=1) as pool:
        first = pool.submit(Item("first", PROOF))
        assert first.result().verdict is Verdict.PROVED
        killer = threading.Timer(0.3, kill_children)
        killer.start()
        items = [Item(str(i), slow + "  rfl") for i in range(20)]
        outcomes = list(pool.check_all(items))
        killer.join()
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PROVED] * 20


@pytest.mark.lean
def test_a_process_that_passes_the_memory_ceiling_is_ended(engine: Engine) -> None:
    hungry = "#eval (Array.replicate 300000000 1).size\n#eval (Array.replicate 300000000 2).size"
    with Pool(engine, jobs=1, limits=Limits(900 * MEBIBYTE, 900 * MEBIBYTE)) as pool:
        outcome = pool.check(Item("hungry", hungry))
        after = pool.check(Item("modest", PROOF))
    assert (outcome.verdict, outcome.reason) == (Verdict.CRASHED, "memory")
    assert after.verdict is Verdict.PROVED


@pytest.mark.lean
def test_leaving_the_pool_ends_every_process_and_cancels_what_waits(engine: Engine) -> None:
    others = set(psutil.Process().children())
    with Pool(engine, jobs=1) as pool:
        pool.check(Item("warm", PROOF))
        running = pool.submit(Item("endless", ENDLESS, timeout=600))
        waiting = pool.submit(Item("waiting", PROOF))
        while not running.running():
            threading.Event().wait(0.01)
    assert running.result().verdict is Verdict.CRASHED
    with pytest.raises(CancelledError):
        waiting.result()
    assert set(psutil.Process().children()) <= others


def _job(name: str, header: Header) -> Job:
    from concurrent.futures import Future

    return Job(Item(name, ""), header, "", Future())


def test_a_process_is_given_work_for_the_header_it_has() -> None:
    queue, a, b = JobQueue(PATIENCE * 2), Header(("A",)), Header(("B",))
    for name, header in [("a1", a), ("b1", b), ("a2", a)]:
        queue.put(_job(name, header))
    order = [queue.take(b.digest), queue.take(b.digest), queue.take(None)]
    assert [job.item.id for job in order if job] == ["b1", "a1", "a2"]


def test_no_header_starves() -> None:
    queue, common, rare = JobQueue(PATIENCE * 2), Header(("A",)), Header(("B",))
    queue.put(_job("rare", rare))
    served = 0
    while True:
        queue.put(_job("common", common))
        job = queue.take(common.digest)
        assert job is not None
        if job.item.id == "rare":
            break
        served += 1
        assert served <= PATIENCE + 1
    assert served > 0


def test_a_closed_queue_lets_nobody_wait() -> None:
    queue = JobQueue(PATIENCE * 2)
    queue.put(_job("left", Header()))
    assert [job.item.id for job in queue.close()] == ["left"]
    assert queue.take(None) is None
