"""The processes of computer algebra: started when needed, replaced when lost, ended in the end."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from numina_lean.answers import prover as prover_module
from numina_lean.answers.prover import Prover
from numina_lean.answers.spelling import LONGEST

QUESTION = ("(x+1)^2", "x^2+2x+1")
ENDLESS = (r"9^{9^{9}}!", "17")
GREEDY = (r"(1+x)^{9999}", r"(x+1)^{9999}+1")


@pytest.fixture(scope="module")
def prover() -> Iterator[Prover]:
    prover = Prover()
    yield prover
    prover.close()


def servers(prover: Prover) -> list[psutil.Process]:
    return [psutil.Process(server.pid) for server in prover._idle]


def test_a_process_is_started_by_the_first_question_and_ended_by_closing() -> None:
    prover = Prover()
    assert servers(prover) == []
    assert prover.prove(*QUESTION) == "symbolic"
    (server,) = servers(prover)
    prover.close()
    assert not server.is_running()


def test_a_question_without_end_is_ended_and_the_server_stays(prover: Prover) -> None:
    assert prover.prove(*QUESTION) == "symbolic"
    (server,) = servers(prover)
    assert prover.prove(*ENDLESS) is None
    assert servers(prover) == [server]
    assert server.children() == []
    assert prover.prove(*QUESTION) == "symbolic"


def test_a_question_that_wants_too_much_does_not_spoil_the_next(prover: Prover) -> None:
    assert prover.prove(*GREEDY) is None
    assert prover.prove(*QUESTION) == "symbolic"


@pytest.mark.parametrize("sign", ["\U0001f642", "\ud800", "\x01", "½"])
def test_the_longest_texts_of_any_signs_get_through(prover: Prover, sign: str) -> None:
    assert prover.prove(sign * LONGEST, QUESTION[1]) is None
    assert prover.prove(*QUESTION) == "symbolic"


def test_a_server_that_was_killed_is_replaced(prover: Prover) -> None:
    assert prover.prove(*QUESTION) == "symbolic"
    (server,) = servers(prover)
    os.kill(server.pid, signal.SIGKILL)
    psutil.wait_procs([server], timeout=10)
    assert prover.prove(*QUESTION) == "symbolic"
    assert servers(prover) != [server]


def test_a_server_that_hangs_is_killed_and_replaced(
    prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prover.prove(*QUESTION) == "symbolic"
    (server,) = servers(prover)
    monkeypatch.setattr(prover_module, "SECONDS", 0.1)
    monkeypatch.setattr(prover_module, "GRACE", 0.1)
    server.suspend()
    assert prover.prove(*QUESTION) is None
    assert not server.is_running()
    monkeypatch.undo()
    assert prover.prove(*QUESTION) == "symbolic"


def test_without_computer_algebra_nothing_is_shown_and_a_warning_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    prover = Prover()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with caplog.at_level(logging.WARNING):
        assert prover.prove(*QUESTION) is None
        assert prover.prove(*QUESTION) is None
    assert len(caplog.records) == 1
    assert "numina-lean[informal]" in caplog.text


def test_a_fork_of_the_caller_has_servers_of_its_own() -> None:
    program = """
import os
from numina_lean.answers.equality import equality
assert equality("(x+3)^2", "x^2+6x+9") == "symbolic"
child = os.fork()
if child == 0:
    os._exit(equality("(x+4)^2", "x^2+8x+16") != "symbolic")
assert equality("(x+5)^2", "x^2+10x+25") == "symbolic"
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
