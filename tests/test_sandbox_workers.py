"""Workers that die, lie or hang; many threads at once; machines that cannot isolate; closing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from family import family

from numina_lean.sandbox import place as place_module
from numina_lean.sandbox import sandbox as sandbox_module
from numina_lean.sandbox import worker as worker_module
from numina_lean.sandbox.layers import Layer, lacking
from numina_lean.sandbox.limits import Limits
from numina_lean.sandbox.place import Place, bare
from numina_lean.sandbox.sandbox import Sandbox, SandboxUnavailableError, examine
from numina_lean.sandbox.worker import Worker, WorkerError


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here needs them, and a server starts at once."""
    monkeypatch.setattr(place_module, "_LIBRARIES", ())


@pytest.fixture
def two() -> Iterator[Sandbox]:
    with Sandbox(jobs=2, limits=Limits(memory_bytes=512 << 20)) as sandbox:
        yield sandbox


def test_many_threads_each_get_their_own_output(two: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        executions = list(pool.map(lambda n: two.run(f"print({n})\n{n} * 2"), range(60)))
    assert [execution.output for execution in executions] == [f"{n}\n{n * 2}\n" for n in range(60)]


def test_no_more_programs_run_at_a_time_than_jobs(two: Sandbox) -> None:
    with ThreadPoolExecutor(6) as pool:
        code = "import time\na = time.monotonic()\ntime.sleep(0.1)\nprint(a, time.monotonic())"
        spans = [
            tuple(map(float, execution.output.split()))
            for execution in pool.map(lambda _: two.run(code), range(6))
        ]
    for start, _ in spans:
        assert sum(other <= start < end for other, end in spans) <= 2


def test_a_session_takes_up_one_job_and_gives_it_back(two: Sandbox) -> None:
    first, second = two.session(), two.session()
    waiting = threading.Thread(target=two.run, args=("1",))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    first.close()
    waiting.join(30)
    assert not waiting.is_alive()
    second.close()


def kill_servers() -> None:
    for one in family():
        with suppress(psutil.NoSuchProcess):  # with its parent
            one.kill()


def test_a_server_that_dies_is_replaced_and_its_program_killed() -> None:
    with Sandbox(jobs=1) as sandbox, ThreadPoolExecutor(1) as pool:
        running = pool.submit(sandbox.run, "import time\ntime.sleep(60)", timeout=60)
        time.sleep(0.3)
        kill_servers()
        assert running.result(30).outcome == "killed"
        assert sandbox.run("1 + 1").output == "2\n"
        kill_servers()  # while nothing runs: nobody need know
        until(lambda: all(one.status() == psutil.STATUS_ZOMBIE for one in family()))
        assert sandbox.run("1 + 1").output == "2\n"


def test_a_session_outlives_its_server_without_its_state() -> None:
    with Sandbox(jobs=1) as sandbox, sandbox.session() as session:
        session.run("a = 1")
        kill_servers()
        assert session.run("a").outcome == "killed"
        assert session.run("'a' in globals()").output == "False\n"


def test_closing_ends_what_still_runs() -> None:
    before = family()
    sandbox = Sandbox(jobs=2)
    with ThreadPoolExecutor(2) as pool:
        with sandbox:
            running = pool.submit(sandbox.run, "import time\ntime.sleep(60)", timeout=60)
            time.sleep(0.3)
        assert running.result(30).outcome == "killed"
    assert family() == before
    with pytest.raises(RuntimeError, match="closed"):
        sandbox.run("1")
    sandbox.close()


def test_nothing_runs_before_the_layers_were_tried() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        Sandbox().run("1")


def test_a_later_worker_that_isolates_less_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numina_lean.sandbox.workers._PAUSE", 0.0)
    with Sandbox(jobs=1) as sandbox:
        assert sandbox._isolation is not None
        sandbox._isolation = {**sandbox._isolation, "seccomp": "it was said to be missing"}
        kill_servers()
        until(lambda: all(one.status() == psutil.STATUS_ZOMBIE for one in family()))
        with pytest.raises(SandboxUnavailableError, match="isolates otherwise"):
            sandbox.run("1")


ORPHAN = """
import os, sys, threading, time
from numina_lean.sandbox import place
from numina_lean.sandbox.sandbox import Sandbox
place._LIBRARIES = ()
sandbox = Sandbox(jobs=1)
sandbox.__enter__()
threading.Thread(target=sandbox.run, args=("while True: pass",), kwargs={"timeout": 60}).start()
time.sleep(0.3)
import psutil
print(*(one.pid for one in psutil.Process().children(recursive=True)), flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("path", [os.environ.get("PATH", ""), "/nonexistent"])
def test_nothing_is_left_when_the_host_is_killed(path: str, tmp_path: Path) -> None:
    environment = {"PATH": path, "TMPDIR": str(tmp_path), "HOME": os.environ["HOME"]}
    ran = subprocess.run(
        [sys.executable, "-c", ORPHAN],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    started = [int(word) for word in ran.stdout.split()]
    assert started
    until(lambda: not any(psutil.pid_exists(pid) for pid in started))


def pretending(script: str) -> Place:
    """A server that says hello as ours does, and then what `script` does."""
    hello = json.dumps({"layers": {}, "libraries": {}}).encode()
    start = (
        "import os, sys, time\ndef say(b): os.write(1, len(b).to_bytes(4, 'big') + b)\n"
        f"say({hello!r})\nos.read(0, 4)\n"
    )
    return Place((sys.executable, "-S", "-c", start + script), {}, None)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("raise SystemExit('last words')", "last words"),
        ("os._exit(1)", "ended"),
        ("say(b'not json')", "without sense"),
        ("say(b'[]')", "without sense"),
        ("say(b'{}')", "without sense"),
        ("os.write(1, b'\\xff\\xff\\xff\\xff')", "bytes"),
        ("time.sleep(60)", "in time"),
        ("os.write(1, b'\\0\\0')\ntime.sleep(60)", "in time"),
    ],
)
def test_a_server_that_is_not_to_be_trusted_is_of_no_more_use(
    monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    monkeypatch.setattr(worker_module, "_GRACE", 0.3)
    monkeypatch.setattr(worker_module, "_CLOSING", 0.3)
    worker = Worker(pretending(script))
    with pytest.raises(WorkerError, match=message):
        worker.run("1", "", 0.1, 1, kept=False)
    assert not worker.usable
    worker.close()
    assert not worker.alive


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(WorkerError, match="No module named 'gone'"):
        Worker(Place((sys.executable, "-c", "import gone"), {}, None))
    with pytest.raises(WorkerError, match="No such file"):
        Worker(Place(("/nonexistent",), {}, None))


def test_a_bare_place_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    place = bare(Limits())
    assert place.folder is not None
    (place.folder / "a").mkdir(mode=0)
    place.leave()
    assert list(tmp_path.iterdir()) == []
    place.leave()


def test_the_package_may_lie_among_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private folder of a program is emptied, and it is not that one."""
    inside = tmp_path / "inside"
    shutil.copytree(place_module._INSIDE, inside)
    monkeypatch.setattr(place_module, "_INSIDE", inside)
    with Sandbox(jobs=1) as sandbox:
        assert sandbox.run("open('a', 'w').close()\n1").output == "1\n"
        assert sandbox.run("import os\nos.listdir('.')").output == "[]\n"
    assert (inside / "server.py").exists()


WORKING = tuple(
    Layer(name, "works", "") for name in ("bubblewrap", "landlock", "seccomp", "limits")
)


@pytest.mark.parametrize(
    ("missing", "enough"),
    [
        ((), True),
        (("bubblewrap",), True),
        (("landlock",), True),
        (("bubblewrap", "landlock"), False),
        (("seccomp",), False),
        (("limits",), False),
    ],
)
def test_which_layers_are_enough(missing: tuple[str, ...], enough: bool) -> None:
    layers = [
        Layer(layer.name, "absent", "why", "what to do") if layer.name in missing else layer
        for layer in WORKING
    ]
    assert (lacking(layers) is None) is enough


def test_it_refuses_to_run_unisolated_unless_told_to_in_so_many_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_seccomp(*arguments: object) -> tuple[Layer, ...]:
        broken = Layer("seccomp", "absent", "no such call", "Needs a newer kernel")
        return tuple(broken if layer.name == "seccomp" else layer for layer in WORKING)

    before = family()
    monkeypatch.setattr(sandbox_module, "tried", without_seccomp)
    with pytest.raises(SandboxUnavailableError) as raised, Sandbox():
        pass
    for words in ("seccomp: no such call", "Needs a newer kernel", "--unsafe-no-sandbox"):
        assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert family() == before
    with Sandbox(jobs=1, unsafe=True) as sandbox:
        assert sandbox.run("1").output == "1\n"


def test_the_layers_of_this_machine_are_tried_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_module, "_LIBRARIES", ("sympy",))
    layers = {layer.name: layer for layer in examine()}
    assert set(layers) == {"bubblewrap", "landlock", "seccomp", "limits", "libraries"}
    for layer in layers.values():
        assert (layer.remedy is None) is (layer.state == "works")
    assert layers["limits"].state == "works"
    assert "sympy" in layers["libraries"].detail


def test_an_examination_that_cannot_run_anything_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sandbox_module, "cell", lambda *_: Place((sys.executable, "-c", "import gone"), {}, None)
    )
    monkeypatch.setattr(sandbox_module, "bare", lambda *_: sandbox_module.cell())
    monkeypatch.setattr("numina_lean.sandbox.workers._PAUSE", 0.0)
    (layer,) = examine()
    assert (layer.name, layer.state) == ("server", "broken")
    assert "No module named 'gone'" in layer.detail


def test_a_worker_is_killed_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_CLOSING", 0.2)
    worker = Worker(pretending("import signal\nwhile True: time.sleep(1)"))
    worker.close()
    assert not worker.alive
    assert worker._process.returncode == -signal.SIGKILL


def test_without_the_libraries_programs_run_and_the_remedy_is_named() -> None:
    layers = {layer.name: layer for layer in examine()}
    assert layers["libraries"].state == "absent"
    assert layers["libraries"].remedy == "pip install 'numina-lean[informal]'"
    with Sandbox(jobs=1) as sandbox:
        assert sandbox.run("import math\nmath.gcd(12, 18)").output == "6\n"


REFUSING = """
import ctypes, platform, struct, sys
from numina_lean.sandbox import place
from numina_lean.sandbox.sandbox import Sandbox, SandboxUnavailableError
place._LIBRARIES = ()
number, argument = {"seccomp": ({"x86_64": 157, "aarch64": 167}[platform.machine()], 22),
                    "landlock": (444, None)}[sys.argv[1]]
asked = [(0x20, 0, 0, 16), (0x15, 0, 1, argument)] if argument else []
code = [(0x20, 0, 0, 0), (0x15, 0, len(asked) + 1, number), *asked, (6, 0, 0, 0x50000 | 22)]
code = b"".join(struct.pack("=HBBI", *one) for one in (*code, (6, 0, 0, 0x7FFF0000)))
kept = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
program = Program(len(code) // 8, ctypes.addressof(kept))
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
try:
    with Sandbox():
        print("it runs")
except SandboxUnavailableError as error:
    print(error)
with Sandbox(unsafe=True) as sandbox:
    print(sandbox.run("1 + 1").output)
"""


@pytest.mark.parametrize(
    ("layer", "path"), [("seccomp", os.environ.get("PATH", "")), ("landlock", "/nonexistent")]
)
def test_on_a_kernel_that_refuses_a_layer_that_is_needed_nothing_runs(
    layer: str, path: str
) -> None:
    """A real refusal: this process's own filter answers for the kernel."""
    ran = subprocess.run(
        [sys.executable, "-c", REFUSING, layer],
        env={"PATH": path, "HOME": os.environ["HOME"]},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    refusal, value = ran.stdout.split("\n", 1)
    assert refusal.startswith("programs cannot be isolated here")
    assert f"{layer}: " in refusal
    assert "--unsafe-no-sandbox" in refusal
    assert value.strip() == "2"
