"""Each program of `sandbox_attacks` is contained, and the next honest one runs as ever.

In a cell of bubblewrap, and where there is none, behind Landlock alone.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from family import family
from sandbox_attacks import ATTACKS, PRELUDE, Attack

from numina_lean.sandbox.inside import landlock
from numina_lean.sandbox.limits import Limits
from numina_lean.sandbox.place import readable_paths
from numina_lean.sandbox.sandbox import Sandbox

LIMITS = Limits(
    seconds=10.0,
    memory_bytes=256 << 20,
    output_bytes=8 << 10,
    file_bytes=2 << 20,
    tmp_bytes=8 << 20,
    threads=16,
)
HONEST = """
import math, os, sympy
import numpy as np
x = sympy.Symbol("x")
assert sorted(sympy.solve(x**2 - 3*x + 2, x)) == [1, 2]
assert sympy.factorint(360) == {2: 3, 3: 2, 5: 1}
assert 3.14 < np.pi == math.pi < 3.15
assert sum([1, 2, 3]) == 6
print(os.listdir("."), flush=True)
x + 1
"""
AS_EVER = "[]\nx + 1\n"


def no_bubblewrap() -> str:
    from numina_lean.sandbox.bubblewrap import SandboxError, find_bubblewrap

    try:
        find_bubblewrap()
    except SandboxError as error:
        return str(error)
    return ""


PATHS = [
    pytest.param("cell", marks=pytest.mark.skipif(bool(no_bubblewrap()), reason=no_bubblewrap())),
    pytest.param(
        "landlock", marks=pytest.mark.skipif(not landlock.version(), reason="no Landlock here")
    ),
]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """What there is on the host for a program to reach."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "secret").write_text("the secret of the host")
    abstract = f"\0numina-test-{os.getpid()}"
    with ExitStack() as stack:

        def listening(
            family: int, address: object, kind: int = socket.SOCK_STREAM
        ) -> socket.socket:
            made = stack.enter_context(socket.socket(family, kind))
            made.bind(address)
            if kind == socket.SOCK_STREAM:
                made.listen(64)
            return made

        tcp = listening(socket.AF_INET, ("127.0.0.1", 0))
        udp = listening(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM)
        listening(socket.AF_UNIX, str(folder / "socket"))
        listening(socket.AF_UNIX, abstract)
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        monkeypatch.setenv("NUMINA_TEST_TOKEN", "of the caller")
        import sympy

        yield {
            "SECRET": str(folder / "secret"),
            "HOME": str(Path.home()),
            "REPOSITORY": str(Path(__file__).resolve().parent.parent),
            "LIBRARY": sympy.__file__,
            "VISIBLE": readable_paths(),
            "PORT": tcp.getsockname()[1],
            "UDP_PORT": udp.getsockname()[1],
            "UNIX": str(folder / "socket"),
            "ABSTRACT": abstract,
        }


def preamble(host: dict[str, object]) -> str:
    return "".join(f"{name} = {value!r}\n" for name, value in host.items()) + PRELUDE


@pytest.fixture(scope="module", params=PATHS)
def sandbox(request: pytest.FixtureRequest, host: dict[str, object]) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        if request.param == "landlock":
            monkeypatch.setenv("PATH", "/nonexistent")
        with Sandbox(jobs=1, limits=LIMITS) as sandbox:
            states = {layer.name: layer.state for layer in sandbox.layers}
            assert (states["bubblewrap"] == "works") is (request.param == "cell")
            yield sandbox


def descendants() -> set[int]:
    return {child.pid for child in family()}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_contained(sandbox: Sandbox, host: dict[str, object], attack: Attack) -> None:
    before = descendants()
    waits = "timeout" in attack.ends
    execution = sandbox.run(attack.code, preamble=preamble(host), timeout=0.2 if waits else None)
    assert "ESCAPED" not in execution.output, execution
    assert "of the host" not in execution.output
    assert execution.outcome in attack.ends, execution
    assert len(execution.output) < LIMITS.output_bytes + 200
    assert execution.seconds < LIMITS.seconds + 1
    assert Path(str(host["SECRET"])).read_text() == "the secret of the host"
    beside = Path(str(host["SECRET"])).parent.iterdir()
    assert sorted(path.name for path in beside) == ["secret", "socket"]
    after = sandbox.run(HONEST)
    assert (after.output, after.outcome) == (AS_EVER, "ok")
    assert descendants() == before


REAL = [attack for attack in ATTACKS if attack.real]


@pytest.mark.parametrize("attack", REAL, ids=lambda attack: attack.name)
def test_in_a_plain_interpreter_it_would_have_escaped(
    host: dict[str, object], attack: Attack
) -> None:
    code = preamble(host) + attack.code
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert "ESCAPED" in ran.stdout or "of the host" in ran.stdout


def test_there_are_at_least_forty() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40
