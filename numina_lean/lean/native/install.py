"""Installs the native engine: elan's toolchain, mathlib's compiled modules, our library, the REPL.

Every command is known before the first one runs (`plan`), and each may be run again: what is
done already is left out, what was cut off goes on. Downloads some gigabytes from GitHub and from
mathlib's cache. elan itself is only installed on demand, with its own script, and the shell's
start-up files are left alone.
"""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pexpect
from filelock import FileLock

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.native import pins
from numina_lean.lean.native.engine import SETUP_COMMAND
from numina_lean.lean.native.layout import Layout, head
from numina_lean.lean.project import copy_project

ELAN_SCRIPT = "https://raw.githubusercontent.com/leanprover/elan/master/elan-init.sh"
ELAN_SITE = "https://github.com/leanprover/elan"
TERMINAL_LINES, TERMINAL_COLUMNS = 50, 200
LINE_END = r"[\r\n]+"
CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Step:
    """A command to run in `folder`, unless `done` says that what it brings is there.

    `marker` is a file to leave behind when the command has ended well.
    """

    title: str
    command: tuple[str, ...]
    folder: Path
    done: Callable[[], bool]
    marker: Path | None = None

    @property
    def line(self) -> str:
        """The step as a line for a shell."""
        return f"cd {shlex.quote(str(self.folder))} && {shlex.join(self.command)}"


def plan(layout: Layout, *, install_elan: bool = False) -> tuple[Step, ...]:
    """The steps of an installation at `layout`, in order, those that are done included.

    Raises `EngineUnavailableError` when elan is missing and `install_elan` does not allow to
    run its installer.
    """
    return (*_elan_steps(layout, install_elan), *_lake_steps(layout), *_repl_steps(layout))


def install(
    layout: Layout,
    steps: tuple[Step, ...],
    on_step: Callable[[Step], None],
    on_output: Callable[[str], None],
) -> None:
    """Run the `steps` that are not done; `on_output` gets their output line by line.

    All output goes to `setup_log(layout)` too. One installation at a time: a second one waits,
    and finds done what the first did.
    Raises `EngineUnavailableError` at the first step that fails, or when something is missing
    after the last.
    """
    layout.root.mkdir(parents=True, exist_ok=True)
    (layout.root / ".lake").mkdir(exist_ok=True)
    lock = FileLock(layout.root / ".lake" / "numina-setup.lock")
    with lock, setup_log(layout).open("w", encoding="utf-8") as log:

        def record(line: str) -> None:
            log.write(f"{line}\n")
            on_output(line)

        copy_project(layout.project)
        environment = _environment(layout)
        for step in steps:
            if not step.done():
                on_step(step)
                log.write(f"$ {step.line}\n")
                _run(step, environment, record)
                if step.marker is not None:
                    step.marker.touch()
    missing = layout.missing()
    if missing:
        raise EngineUnavailableError(
            f"every step ran, but the native engine in {layout.root} lacks {', '.join(missing)}. "
            f"Run: {SETUP_COMMAND}"
        )


def setup_log(layout: Layout) -> Path:
    """The file with all that the commands of the last installation said."""
    return layout.root / ".lake" / "numina-setup.log"


def _elan_steps(layout: Layout, install_elan: bool) -> Iterator[Step]:
    own = layout.elan / "bin" / "elan"
    elan = str(own) if own.is_file() else shutil.which("elan")
    if elan is None and not layout.lake.is_file():
        if not install_elan:
            raise EngineUnavailableError(
                f"elan, which installs Lean, is not there. Install it from {ELAN_SITE}, or let "
                f"its own script do it: {SETUP_COMMAND} --install-elan"
            )
        script = layout.root / ".lake" / "elan-init.sh"
        download = ("curl", "-sSfL", ELAN_SCRIPT, "-o", str(script))
        yield Step("Download elan's installer", download, layout.root, own.is_file)
        options = ("-y", "--no-modify-path", "--default-toolchain", "none")
        yield Step("Install elan", ("sh", str(script), *options), layout.root, own.is_file)
    # elan takes it for an error to install a toolchain that is there.
    command = (elan or str(own), "toolchain", "install", pins.LEAN_TOOLCHAIN)
    yield Step(f"Install {pins.LEAN_TOOLCHAIN}", command, layout.root, layout.lake.is_file)


def _lake_steps(layout: Layout) -> Iterator[Step]:
    lake = str(layout.lake)
    # No single module tells that all were unpacked.
    marker = layout.root / ".lake" / "numina-mathlib"

    def there() -> bool:
        return marker.is_file() and head(layout.mathlib) == pins.MATHLIB_REVISION

    fetch = (lake, "exe", "cache", "get")
    yield Step("Fetch mathlib and its compiled modules", fetch, layout.root, there, marker)
    yield Step("Build this project's Lean library", (lake, "build"), layout.root, _lake_decides)


def _repl_steps(layout: Layout) -> Iterator[Step]:
    folder = layout.repl_folder
    revision = pins.REPL_REVISION

    def there() -> bool:
        return head(folder) == revision

    yield Step("Prepare the REPL", ("git", "init", "--quiet", str(folder)), layout.root, there)
    fetch = ("git", "fetch", "--quiet", "--depth", "1", pins.REPL_URL, revision)
    yield Step("Fetch the REPL", fetch, folder, there)
    checkout = ("git", "checkout", "--quiet", "--detach", revision)
    yield Step("Check the REPL out", checkout, folder, there)
    build = (str(layout.lake), "build", "repl")
    yield Step("Build the REPL", build, folder, _lake_decides)


def _lake_decides() -> bool:
    """For a `lake build`: Lake sees for itself what is up to date, in a second."""
    return False


def _environment(layout: Layout) -> Mapping[str, str]:
    """Ours, with the pinned toolchain's programs before any other, and elan's home fixed."""
    path = os.pathsep.join(
        [str(layout.toolchain / "bin"), str(layout.elan / "bin"), os.environ.get("PATH", "")]
    )
    return {
        **os.environ,
        "PATH": path,
        "ELAN_HOME": str(layout.elan),
        "GIT_TERMINAL_PROMPT": "0",  # fail rather than ask
    }


def _run(step: Step, environment: Mapping[str, str], on_output: Callable[[str], None]) -> None:
    """Run one step on a terminal of its own, where lake and curl show how far they are."""
    last = ""
    try:
        child = pexpect.spawn(
            step.command[0],
            list(step.command[1:]),
            cwd=str(step.folder),
            env=dict(environment),
            timeout=None,
            echo=False,
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(TERMINAL_LINES, TERMINAL_COLUMNS),
        )
    except (pexpect.ExceptionPexpect, OSError) as error:
        raise _failure(step, str(error).splitlines()[0].rstrip(".")) from error
    try:
        while child.expect([LINE_END, pexpect.EOF]) == 0:
            last = _shown(str(child.before)) or last
            on_output(_shown(str(child.before)))
        last = _shown(str(child.before)) or last
        child.wait()
    finally:
        child.close(force=True)
    if child.exitstatus != 0:
        status = f"signal {child.signalstatus}" if child.signalstatus else child.exitstatus
        raise _failure(step, f"status {status}{f': {last}' if last else ''}")


def _shown(line: str) -> str:
    """A terminal's line as text, without its control sequences."""
    return CONTROL_SEQUENCE.sub("", line).strip()


def _failure(step: Step, what: str) -> EngineUnavailableError:
    return EngineUnavailableError(
        f'the step "{step.title}" failed ({what}); its command was: {step.line}. '
        f"Try again, it goes on from there: {SETUP_COMMAND}"
    )
