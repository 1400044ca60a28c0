"""What a program in a cell can and cannot do, tried from inside a real one."""

import ast
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest
from scripted_repl import script

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item
from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.engine import CheckTimeoutError, SessionCrashedError
from numina_lean.lean.native import engine as native
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer
from numina_lean.sandbox.bubblewrap import Bubblewrap, Cell, SandboxError, find_bubblewrap, spawn

PLENTY = 60.0

# Answers each request as the REPL does, with the value of the Python that it holds.
PROGRAM = """
import json, os, pathlib, socket, subprocess, sys, time
while line := sys.stdin.readline():
    sys.stdin.readline()
    try:
        said = repr(eval(json.loads(line)["cmd"]))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    noted = {"severity": "info", "pos": {"line": 1, "column": 0}, "data": said}
    print(json.dumps({"env": 0, "messages": [noted]}) + "\\n", flush=True)
"""


def unusable():
    try:
        find_bubblewrap()
    except SandboxError as error:
        return str(error)
    return ""


confines = pytest.mark.skipif(bool(unusable()), reason=unusable())


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "repl.py").write_text(PROGRAM)
    (folder / "secret").write_text("of the host")
    return folder


def start_in_cell(project):
    # A virtual environment is a folder of links to the Python that it was made from.
    pythons = (Path(sys.prefix), Path(sys.base_prefix))
    cell = Cell((*pythons, project / "repl.py"), {"LANG": "C.UTF-8"})
    command = (sys.executable, str(project / "repl.py"))
    process = ReplProcess(find_bubblewrap().command(command, cell), project)
    assert ask(process, "'ready'") == "'ready'"
    return process


@pytest.fixture(scope="module")
def shared_cell(project):
    process = start_in_cell(project)
    yield process
    process.kill()


@pytest.fixture
def cell(project):
    process = start_in_cell(project)
    yield process
    process.kill()


def ask(process, code, seconds=PLENTY):
    answer = process.run(code, 0, time.monotonic() + seconds)
    assert isinstance(answer, Answer)
    return answer.messages[0].text


def ends(process):
    """Whether it does, before long. Who reaps it once its parent is dead is not our affair."""
    deadline = time.monotonic() + PLENTY
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


@confines
def test_pipes_carry_requests_and_answers_of_any_size(shared_cell):
    assert ask(shared_cell, "6 * 7") == "42"
    assert ask(shared_cell, "'∀' * 3_000_000") == repr("∀" * 3_000_000)
    assert ask(shared_cell, f"len({'x' * 3_000_000!r})") == "3000000"


@confines
def test_there_is_no_network(shared_cell):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert socket.create_connection(("127.0.0.1", port), 5).close() is None
        said = ask(shared_cell, f"socket.create_connection(('127.0.0.1', {port}), 5)")
    assert "Error" in said
    assert ask(shared_cell, "[name for _, name in socket.if_nameindex()]") == "['lo']"


@confines
@pytest.mark.parametrize("folder", ["/", "/dev", "/dev/shm", "/usr", "/var/tmp", sys.prefix])
def test_nothing_can_be_written_outside_its_tmp(shared_cell, folder):
    path = f"{folder}/new"
    assert "Error" in ask(shared_cell, f"pathlib.Path({path!r}).write_text('x')")
    assert "Error" in ask(shared_cell, f"pathlib.Path({path!r}).mkdir()")
    assert not Path(path).exists()


@confines
def test_what_it_may_read_it_may_not_change(shared_cell, project):
    program = project / "repl.py"
    assert "Error" in ask(shared_cell, f"pathlib.Path({str(program)!r}).write_text('x')")
    assert "Error" in ask(shared_cell, f"pathlib.Path({str(program)!r}).unlink()")
    assert program.read_text() == PROGRAM


@confines
def test_it_reads_neither_home_nor_the_rest_of_the_project(shared_cell, project):
    of_python = (Path(sys.prefix), Path(sys.base_prefix))
    at_home = [path for path in Path.home().iterdir() if path not in of_python[1].parents]
    for path in (project / "secret", Path("/etc/passwd"), Path("/sys"), *at_home):
        assert ask(shared_cell, f"os.path.exists({str(path)!r})") == str(path in of_python)
    assert ask(shared_cell, f"os.listdir({str(project)!r})") == "['repl.py']"


@confines
def test_it_sees_no_process_but_its_own_and_cannot_signal_ours(shared_cell):
    seen = int(ask(shared_cell, "sum(name.isdigit() for name in os.listdir('/proc'))"))
    assert 0 < seen <= 4
    assert "ProcessLookupError" in ask(shared_cell, f"os.kill({os.getpid()}, 0)")


@confines
def test_its_environment_is_what_the_cell_says(shared_cell):
    names = ask(
        shared_cell, "sorted(set(os.environ) - {'PWD', 'LC_CTYPE', 'SHLVL', 'OLDPWD', '_'})"
    )
    assert names == "['HOME', 'LANG', 'PATH']"


@confines
def test_it_has_no_rights_to_gain(shared_cell):
    status = ask(shared_cell, "pathlib.Path('/proc/self/status').read_text()")
    assert "NoNewPrivs:\\t1" in status
    assert "CapEff:\\t0000000000000000" in status
    if "--disable-userns" in find_bubblewrap().features:
        ended = "subprocess.run(['unshare', '-U', 'true'], capture_output=True).returncode"
        assert ask(shared_cell, ended) != "0"


@confines
def test_its_tmp_is_its_own_empty_and_small(cell, project):
    shown = (project, Path(sys.prefix).resolve(), Path(__file__).resolve())
    of_the_host = {path.parts[2] for path in shown if path.is_relative_to("/tmp")}
    assert set(ast.literal_eval(ask(cell, "os.listdir('/tmp')"))) <= of_the_host
    assert ask(cell, "pathlib.Path('/tmp/mine').write_text('x')") == "1"
    assert not Path("/tmp/mine").exists()
    fill = "[pathlib.Path(f'/tmp/{n}').write_bytes(bytes(8 << 20)) for n in range(20)]"
    assert "OSError" in ask(cell, fill)


@confines
def test_a_file_past_its_limit_and_core_dumps_are_refused(cell):
    limits = "[__import__('resource').getrlimit(n)[1] for n in (1, 4)]"  # FSIZE, CORE
    assert ask(cell, limits) == f"[{Cell(()).file_bytes}, 0]"
    assert "OSError" in ask(cell, "pathlib.Path('/tmp/big').write_bytes(bytes(20 << 20))")


@confines
def test_its_processes_are_counted_and_killed_with_it(cell):
    child = "subprocess.Popen([sys.executable, '-c', 'a = bytearray(90 << 20); input()'], stdin=-1)"
    before = cell.resident_bytes()
    # The session is left, the parent too: still it is one of the cell's.
    ask(
        cell,
        f"[{child.replace('stdin=-1', 'stdin=-1, start_new_session=True')}.pid]",
    )
    deadline = time.monotonic() + PLENTY
    while cell.resident_bytes() < before + (90 << 20) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cell.resident_bytes() >= before + (90 << 20)
    family = psutil.Process(cell.pid).children(recursive=True)
    cell.kill()
    assert all(ends(process) for process in family)
    assert cell.resident_bytes() == 0


@confines
def test_killing_the_first_process_alone_ends_the_cell(cell):
    family = psutil.Process(cell.pid).children(recursive=True)
    assert family
    psutil.Process(cell.pid).kill()
    assert all(ends(process) for process in family)
    with pytest.raises(SessionCrashedError):
        ask(cell, "1")


@confines
def test_a_check_past_its_timeout_ends_the_cell(cell):
    family = psutil.Process(cell.pid).children(recursive=True)
    with pytest.raises(CheckTimeoutError):
        ask(cell, "time.sleep(600)", seconds=0.3)
    assert all(ends(process) for process in family)


@confines
def test_a_cell_outlives_the_thread_that_started_it(project):
    started = []
    thread = threading.Thread(target=lambda: started.append(start_in_cell(project)))
    thread.start()
    thread.join()
    process = started[0]
    try:
        assert ask(process, "1 + 1") == "2"
    finally:
        process.kill()


@confines
def test_a_cell_dies_with_the_program_that_started_it(project):
    starter = (
        "import sys, time; sys.path.insert(0, 'tests'); from pathlib import Path\n"
        "from test_sandbox import start_in_cell\n"
        f"print(start_in_cell(Path({str(project)!r})).pid, flush=True); time.sleep(600)"
    )
    root = Path(__file__).resolve().parent.parent
    parent = subprocess.Popen([sys.executable, "-c", starter], cwd=root, stdout=subprocess.PIPE)
    cell = psutil.Process(int(parent.stdout.readline()))
    family = [cell, *cell.children(recursive=True)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert all(ends(process) for process in family)


@confines
def test_a_pool_over_confined_processes_gives_each_source_its_verdict(tmp_path):
    # The scripted process writes its log beside its script: into the cell's own /tmp.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        rules = (
            {"match": "die", "signal": 9},
            {"match": "hang", "hang": True},
            {"audit": [], "times": 1},
            {"audit": [["t", "theorem", []]]},
        )
        command = script(Path(folder), *rules)
        pythons = (Path(sys.prefix), Path(sys.base_prefix))
        cell = Cell((*pythons, Path(command[1]), Path(command[2])), {"LANG": "C.UTF-8"})
        engine = NativeEngine(find_bubblewrap().command(command, cell), tmp_path, ())
        sources = ["theorem t", "die", "theorem t", "hang", "theorem t"]
        with Pool(engine, jobs=1) as pool:
            items = [Item(str(n), source, 2.0) for n, source in enumerate(sources)]
            verdicts = [outcome.verdict for outcome in pool.check_all(items)]
        assert [str(verdict) for verdict in verdicts] == [
            "proved",
            "crashed",
            "proved",
            "timeout",
            "proved",
        ]
        assert [path.name for path in Path(folder).iterdir()] == ["script.json"]


def test_spawning_raises_what_starting_raised():
    with pytest.raises(FileNotFoundError):
        spawn(lambda: subprocess.Popen(["/nonexistent/program"]))


def test_without_bubblewrap_the_native_engine_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailableError) as raised:
        native._bubblewrap()
    for words in ("bubblewrap is not installed", "apt install", "--unsafe-no-sandbox"):
        assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_bubblewrap_that_may_not_make_namespaces_is_refused_with_its_reason(
    monkeypatch, tmp_path
):
    program = tmp_path / "bwrap"
    program.write_text(
        '#!/bin/sh\ncase "$1" in --help|--version) echo bubblewrap 0.8.0;; '
        "*) echo bwrap: No permissions to create a new namespace >&2; exit 1;; esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"No permissions to create a new namespace.*userns"):
        find_bubblewrap()


def test_a_path_that_is_not_there_is_left_out(tmp_path):
    here, gone = tmp_path / "here", tmp_path / "gone"
    here.mkdir()
    link = tmp_path / "link"
    link.symlink_to(here)
    bubblewrap = Bubblewrap(Path("/usr/bin/bwrap"), "0.6", frozenset())
    command = bubblewrap.command(("x",), Cell((here, gone, link)))
    words = json.dumps(command)
    assert str(gone) not in words
    assert f'"--ro-bind", "{here}", "{link}"' in words
    assert "--disable-userns" not in words
    assert "--tmpfs" not in words  # its size could not be bounded
