"""What is set from outside on a child process, and how much memory there is said to be."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from numina_lean.check.memory import free_memory
from numina_lean.lean.limits import LARGEST_FILE, OOM_SCORE, confine, grant_cpu

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="set on Linux only")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A Python that runs a line for each line that it is sent."""
    echo = "import sys\nfor line in sys.stdin: exec(line); print('done', flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", echo],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield process
        process.kill()


def run(child: subprocess.Popen[str], line: str) -> str:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(line + "\n")
    child.stdin.flush()
    return child.stdout.readline()


def test_a_confined_process_writes_no_large_file(
    child: subprocess.Popen[str], tmp_path: Path
) -> None:
    confine(child.pid)
    file = tmp_path / "file"
    assert run(child, f"open({str(file)!r}, 'wb').write(bytes(1000))") == "done\n"
    assert run(child, f"open({str(file)!r}, 'wb').write(bytes({2 * LARGEST_FILE}))") == ""
    assert file.stat().st_size <= LARGEST_FILE


def test_a_confined_process_dumps_no_core_and_goes_first_when_memory_runs_out(
    child: subprocess.Popen[str],
) -> None:
    confine(child.pid)
    assert resource.prlimit(child.pid, resource.RLIMIT_CORE) == (0, 0)
    score = Path(f"/proc/{child.pid}/oom_score_adj").read_text(encoding="ascii")
    assert int(score) == OOM_SCORE


def test_time_that_is_granted_runs_out_and_can_be_granted_again(
    child: subprocess.Popen[str],
) -> None:
    grant_cpu(child.pid, 1000)
    first, hard = resource.prlimit(child.pid, resource.RLIMIT_CPU)
    assert 1000 <= first <= 1010
    assert hard == resource.RLIM_INFINITY
    grant_cpu(child.pid, 2000)
    assert resource.prlimit(child.pid, resource.RLIMIT_CPU)[0] > first


def test_this_process_itself_is_left_alone() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    confine(0)
    grant_cpu(0, 1)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY


def test_a_process_that_is_gone_is_no_error() -> None:
    confine(2**22 + 1)
    grant_cpu(2**22 + 1, 1.0)


def test_a_container_with_less_memory_than_the_machine_counts(tmp_path: Path) -> None:
    limit, usage = tmp_path / "max", tmp_path / "current"
    limit.write_text("1000000\n")
    usage.write_text("400000\n")
    found = free_memory(((limit, usage),))
    assert (found.total, found.free) == (1_000_000, 600_000)


@pytest.mark.parametrize("limit", ["max", str(2**62)])
def test_a_container_without_a_limit_has_the_machine(tmp_path: Path, limit: str) -> None:
    (tmp_path / "max").write_text(limit)
    (tmp_path / "current").write_text("400000")
    found = free_memory(((tmp_path / "max", tmp_path / "current"),))
    assert found.total == psutil.virtual_memory().total
