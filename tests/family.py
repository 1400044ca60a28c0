"""The processes below the test's own, without those of Lean, which the pool starts as it likes."""

import psutil


def family() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if not _is_lean(each)]


def _is_lean(process: psutil.Process) -> bool:
    try:
        return any("--stack-size=" in word or "ulimit -s" in word for word in process.cmdline())
    except psutil.ZombieProcess:
        return False
    except psutil.NoSuchProcess:
        return True
