"""The machinery of stages: what is counted, what a kill costs, and what is told at the end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from numina_lean.build.run import MANIFEST, REJECTED, REVIEW, BuildRun
from numina_lean.build.stage import AskingStage, Postponed, Rejected, Stage, flat
from numina_lean.errors import InputError

TESTS = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Number:
    id: str
    value: int
    words: tuple[str, ...] = ()


NUMBER = flat(Number)


def numbers(count: int) -> Iterator[Number | Rejected]:
    for value in range(count):
        if value % 10 == 9:
            yield Rejected("unreadable", f"line {value}", id=f"line {value}")
        else:
            yield Number(str(value), value, ("\ud800",) if value == 5 else ("十",))


def even(row: Number) -> Number | Rejected:
    if row.value % 2:
        return Rejected("odd", "it is odd", review=row.value == 3)
    return Number(row.id, row.value // 2, row.words)


EVEN = Stage("even", even, NUMBER)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def source_file(folder: Path) -> Path:
    path = folder / "source.txt"
    path.write_text("numbers")
    return path


def test_rows_keep_their_order_and_losses_their_reasons(tmp_path: Path) -> None:
    with BuildRun(tmp_path / "out", "test", {"a": "1"}, [source_file(tmp_path)]) as run:
        rows = run.apply(EVEN, run.read("read", numbers(20), NUMBER))
        assert [(n, row.value) for n, row in rows] == [(n, n // 2) for n in range(0, 20, 2)]
        assert dict(rows)[4].words == ("十",)
        run.finish(facts={"more": 5})
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["stages"] == [
        {"stage": "read", "taken": 20, "kept": 18, "rejected": {"unreadable": 2}, "review": 0,
         "postponed": 0},
        {"stage": "even", "taken": 18, "kept": 10, "rejected": {"odd": 8}, "review": 1,
         "postponed": 0},
    ]  # fmt: skip
    assert manifest["more"] == 5
    assert manifest["settings"] == {"a": "1"}
    (told,) = manifest["inputs"]
    assert (told["files"], told["size"], len(told["sha256"])) == (1, 7, 64)
    lost = lines(tmp_path / "out" / REJECTED)
    assert lost[0] == {
        "stage": "read", "position": 9, "id": "line 9", "reason": "unreadable", "detail": "line 9",
        "row": None,
    }  # fmt: skip
    assert len(lost) == 9
    (review,) = lines(tmp_path / "out" / REVIEW)
    assert review["row"] == {"id": "3", "value": 3, "words": ["十"]}


def test_a_second_run_does_nothing_again(tmp_path: Path) -> None:
    source = source_file(tmp_path)
    worked = []

    def once(row: Number) -> Number:
        worked.append(row.id)
        return row

    for _ in range(2):
        with BuildRun(tmp_path / "out", "test", {}, [source]) as run:
            rows = run.apply(Stage("once", once, NUMBER), run.read("read", numbers(9), NUMBER))
            assert len(rows) == 9
            run.finish()
    assert len(worked) == 9


def test_a_line_cut_short_is_done_again(tmp_path: Path) -> None:
    source, out = source_file(tmp_path), tmp_path / "out"
    with BuildRun(out, "test", {}, [source]) as run:
        run.read("read", numbers(5), NUMBER)
        journal = run.state / "read.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-7])
    with BuildRun(out, "test", {}, [source]) as run:
        assert len(run.read("read", numbers(5), NUMBER)) == 5
    assert journal.read_bytes() == whole
    journal.write_bytes(whole.replace(b'{"n": 1,', b'{"m": 1,'))
    with BuildRun(out, "test", {}, [source]) as run, pytest.raises(InputError, match="damaged"):
        run.read("read", numbers(5), NUMBER)


def test_other_settings_or_another_input_are_refused(tmp_path: Path) -> None:
    source, out = source_file(tmp_path), tmp_path / "out"
    with BuildRun(out, "test", {"seed": "1"}, [source]):
        pass
    with pytest.raises(InputError, match="seed 1, not 2"), BuildRun(
        out, "test", {"seed": "2"}, [source]
    ):  # fmt: skip
        pass
    source.write_text("other numbers")
    with pytest.raises(InputError, match=r"input .*source\.txt"), BuildRun(
        out, "test", {"seed": "1"}, [source]
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match="no such file or folder"):
        BuildRun(out, "test", {}, [tmp_path / "none"])


def test_a_folder_is_known_by_the_names_and_contents_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("1")
    seen = set()
    for change in ("", "b.txt", "c.txt"):
        if change:
            (folder / change).write_text("1")
        with BuildRun(tmp_path / f"out{change}", "test", {}, [folder]) as run:
            run.finish()
        manifest = json.loads((tmp_path / f"out{change}" / MANIFEST).read_text())
        seen.add((manifest["inputs"][0]["sha256"], manifest["inputs"][0]["files"]))
    assert len(seen) == 3


def test_waiting_stages_overlap_and_what_is_postponed_is_taken_up(tmp_path: Path) -> None:
    source, out = source_file(tmp_path), tmp_path / "out"
    most = now = 0
    asked: list[str] = []
    ready = False

    async def ask(row: Number) -> Number | Rejected | Postponed:
        nonlocal most, now
        now += 1
        most = max(most, now)
        asked.append(row.id)
        await asyncio.sleep(0.002 * (7 - row.value % 7))
        now -= 1
        if row.value == 3 and not ready:
            return Postponed("no answer yet")
        return Rejected("odd") if row.value % 2 else row

    def build() -> tuple[list[int], int]:
        with BuildRun(out, "test", {}, [source]) as run:
            read = run.read("read", numbers(9), NUMBER)
            rows = asyncio.run(run.apply_async(AskingStage("ask", ask, NUMBER), read, flight=4))
            return [row.value for _, row in rows], run.finish()[-1].postponed

    assert build() == ([0, 2, 4, 6, 8], 1)
    assert most == 4
    ready = True
    assert build() == ([0, 2, 4, 6, 8], 0)
    assert asked.count("3") == 2
    assert len(asked) == 10


def test_a_stage_that_raises_ends_the_run_and_keeps_what_was_finished(tmp_path: Path) -> None:
    source, out = source_file(tmp_path), tmp_path / "out"

    async def ask(row: Number) -> Number:
        if row.value == 4:
            await asyncio.sleep(0.05)
            raise InputError("the model is gone")
        await asyncio.sleep(0 if row.value < 4 else 60)
        return row

    with (
        BuildRun(out, "test", {}, [source]) as run,
        pytest.raises(InputError, match="the model is gone"),
    ):
        read = run.read("read", numbers(9), NUMBER)
        asyncio.run(run.apply_async(AskingStage("ask", ask, NUMBER), read, flight=9))
    assert {record["n"] for record in lines(out / ".state" / "ask.jsonl")} == {0, 1, 2, 3}


def test_progress_is_told_with_what_earlier_runs_did(tmp_path: Path) -> None:
    told: list[tuple[str, int | None, int]] = []

    @contextmanager
    def watch(name: str, total: int | None) -> Iterator[Callable[[int], None]]:
        steps: list[int] = []
        yield steps.append
        told.append((name, total, sum(steps)))

    source = source_file(tmp_path)
    for count in (20, 20):
        with BuildRun(tmp_path / "out", "test", {}, [source], watch) as run:
            run.apply(EVEN, run.read("read", numbers(count), NUMBER))
    assert told == [("read", None, 20), ("even", 18, 18)] * 2


def killed_run(out: Path, source: Path) -> None:
    """A program that builds and kills itself in the middle of the second stage."""
    program = f"""
import os, signal, sys
sys.path.insert(0, {str(TESTS)!r})
from pathlib import Path
from test_build_stage import EVEN, NUMBER, even, numbers
from numina_lean.build.run import BuildRun
from numina_lean.build.stage import Stage
def work(row):
    if row.value == 700:
        os.kill(os.getpid(), signal.SIGKILL)
    return even(row)
with BuildRun(Path({str(out)!r}), "test", {{}}, [Path({str(source)!r})]) as run:
    run.apply(Stage("even", work, NUMBER), run.read("read", numbers(1000), NUMBER))
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL


def test_a_killed_run_goes_on_to_the_same_result(tmp_path: Path) -> None:
    source = source_file(tmp_path)
    killed_run(tmp_path / "killed", source)
    done = lines(tmp_path / "killed" / ".state" / "even.jsonl")
    assert 0 < len(done) < 900
    found = []
    for name in ("killed", "whole"):
        with BuildRun(tmp_path / name, "test", {}, [source]) as run:
            rows = run.apply(EVEN, run.read("read", numbers(1000), NUMBER))
            assert len(rows) == 500
            run.finish()
        found.append([(tmp_path / name / file).read_bytes() for file in (MANIFEST, REJECTED)])
    assert found[0] == found[1]
