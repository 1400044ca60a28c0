"""A REPL process that misbehaves in every way on record, and what the caller sees of it."""

import resource
import signal
import sys
import threading
import time

import psutil
import pytest
from scripted_repl import message, script

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import CheckTimeoutError, SessionCrashedError
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer, Refusal, encode_command

PLENTY = 30.0


@pytest.fixture
def start(tmp_path):
    started = []

    def start_process(*rules):
        started.append(ReplProcess(script(tmp_path, *rules), tmp_path))
        return started[-1]

    yield start_process
    for process in started:
        process.kill()


def run(process, command="x", seconds=PLENTY):
    return process.run(command, 0, time.monotonic() + seconds)


def test_an_answer_over_several_lines_arrives_whole(start):
    noted = message("info", "a\n\nb", 1, 0)
    process = start({"answer": {"messages": [noted]}})
    answer = run(process)
    assert isinstance(answer, Answer)
    assert answer.messages[0].text == "a\n\nb"


def test_an_answer_may_come_byte_by_byte(start):
    process = start({"chunk": 1, "answer": {"messages": [message("info", "∀ 𝓝", 1, 0)]}})
    assert run(process).messages[0].text == "∀ 𝓝"


def test_twenty_megabytes_come_through_whole(start):
    size = 20_000_000
    process = start({"answer": {"messages": [message("info", "", 1, 0)]}, "fill": size})
    assert len(run(process).messages[0].text) == size
    assert len(run(process).messages[0].text) == size


def test_a_request_of_megabytes_is_sent_whole_to_a_process_that_writes_meanwhile(start):
    process = start({"stderr": 1_000_000, "answer": {}})
    assert isinstance(run(process, "a" * 5_000_000), Answer)


def test_a_flood_on_standard_error_neither_blocks_nor_shows(start):
    process = start({"stderr": 5_000_000, "answer": {"messages": [message("info", "ok", 1, 0)]}})
    assert [m.text for m in run(process).messages] == ["ok"]


def test_noise_of_elaborated_code_is_skipped(start):
    process = start(
        {"before": 'line\n\n{ no key }\n\nhalf a line: {"env": 99', "answer": {"env": 5}}
    )
    assert run(process) == Answer(5)


def test_bytes_that_are_no_text_before_an_answer_are_skipped(start):
    process = start({"binary": "fffe00c328f09f92", "answer": {"env": 5}})
    assert run(process) == Answer(5)


def test_a_refusal_is_passed_on_and_the_process_lives(start):
    process = start(
        {"match": "bad", "answer": {"message": "Unknown environment."}, "keep_env": True}
    )
    assert run(process, "bad") == Refusal("Unknown environment.")
    assert isinstance(run(process, "good"), Answer)


def test_a_second_answer_nobody_asked_for_ends_the_process(start):
    process = start({"raw": '{"env": 7}\n\n{"env": 8}\n\n'})
    assert run(process) == Answer(7)
    with pytest.raises(SessionCrashedError, match="nobody asked"):
        run(process)
    assert process.resident_bytes() == 0


def test_a_request_that_does_not_parse_kills_the_process_and_its_last_words_are_told(start):
    process = start()
    with pytest.raises(SessionCrashedError, match=r"status 1: uncaught exception.*parse"):
        process.exchange(b"{ not json\n\n", time.monotonic() + PLENTY)


def test_a_blank_line_too_many_is_a_request_that_does_not_parse(start):
    process = start()
    process.exchange(encode_command("x", None) + b"\n", time.monotonic() + PLENTY)
    with pytest.raises(SessionCrashedError):
        run(process)


def test_a_process_that_dies_midway_through_its_answer_is_a_crash(start):
    process = start({"raw": '{"messages":\n [{"sev', "exit": 3})
    with pytest.raises(SessionCrashedError, match="status 3"):
        run(process)


def test_an_answer_given_before_the_process_ended_counts(start):
    process = start({"raw": '{"env": 3}\n\n', "exit": 0})
    assert run(process) == Answer(3)
    with pytest.raises(SessionCrashedError, match="status 0"):
        run(process)


def test_a_process_that_is_shot_is_a_crash_with_the_signal_named(start):
    process = start({"signal": int(signal.SIGSEGV)})
    with pytest.raises(SessionCrashedError, match="SIGSEGV"):
        run(process)


def test_a_process_that_exits_while_a_long_request_is_written_is_a_crash(tmp_path):
    process = ReplProcess(("/bin/sh", "-c", "exit 4"), tmp_path)
    with pytest.raises(SessionCrashedError, match="status 4"):
        run(process, "a" * 10_000_000)


def test_a_process_that_closes_its_output_is_a_crash(start):
    process = start({"close": True})
    with pytest.raises(SessionCrashedError, match="closed its output"):
        run(process)


def test_what_is_no_json_is_a_crash(start):
    process = start({"raw": '{"env": oops}\n\n'})
    with pytest.raises(SessionCrashedError, match="not an answer"):
        run(process)


def test_an_answer_to_another_kind_of_request_is_a_crash(start):
    process = start({"raw": '{"proofState": 1, "goals": []}\n\n'})
    with pytest.raises(SessionCrashedError, match="not that to a command"):
        run(process)


def test_a_process_that_hangs_is_killed_at_the_deadline(start):
    process = start({"hang": True})
    with pytest.raises(CheckTimeoutError) as raised:
        run(process, seconds=0.3)
    assert not raised.value.alive
    assert process.resident_bytes() == 0
    with pytest.raises(SessionCrashedError, match="gone"):
        run(process)


def test_a_process_that_never_stops_writing_is_killed_at_the_deadline(tmp_path):
    process = ReplProcess(("/bin/sh", "-c", "while :; do echo noise; done"), tmp_path)
    with pytest.raises(CheckTimeoutError):
        run(process, seconds=0.3)


def test_killing_from_another_thread_ends_the_wait(start):
    process = start({"hang": True})
    killer = threading.Timer(0.2, process.kill)
    killer.start()
    with pytest.raises(SessionCrashedError, match="killed"):
        run(process)
    killer.join()


def test_killing_takes_the_children_along(tmp_path):
    process = ReplProcess(("/bin/sh", "-c", "sleep 600 & echo $! > pid; wait"), tmp_path)
    child_file = tmp_path / "pid"
    while not (child_file.is_file() and child_file.read_text().strip()):
        time.sleep(0.01)
    child = int(child_file.read_text())
    process.kill()
    process.kill()
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert process.resident_bytes() == 0


def test_a_process_sees_no_key_of_ours_and_no_foreign_lean_path(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("LEAN_PATH", "/elsewhere")
    answer = """read x; printf '{"message": "%s%s"}\\n\\n' "$SOME_API_KEY" "$LEAN_PATH"; read x"""
    process = ReplProcess(
        ("/bin/sh", "-c", answer),
        tmp_path,
    )
    assert run(process) == Refusal("")
    process.kill()


def test_resident_memory_counts_the_children(tmp_path):
    program = tmp_path / "large.py"
    program.write_text(
        "a = bytearray(60_000_000)\nprint('{\"env\": 0}\\n', flush=True)\ninput()\ninput()\ninput()"
    )
    process = ReplProcess(("/bin/sh", "-c", f"{sys.executable} {program}; :"), tmp_path)
    run(process)
    assert process.resident_bytes() > 60_000_000
    process.kill()


def test_no_descriptor_is_left_open(start):
    before = psutil.Process().num_fds()
    for _ in range(5):
        process = start({})
        run(process)
        process.kill()
    assert psutil.Process().num_fds() == before


def test_a_process_that_cannot_be_looked_at_is_neither_gone_nor_a_crash_of_ours(start):
    process = start({})
    run(process)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        assert process.resident_bytes() == 0
        assert not process.gone
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert process.resident_bytes() > 0


def test_a_program_that_is_not_there_makes_the_engine_unavailable(tmp_path):
    with pytest.raises(EngineUnavailableError, match="numina-lean setup --engine native"):
        ReplProcess((str(tmp_path / "lake"), "env"), tmp_path)
