"""The filter of system calls, run by a small machine of classic BPF, for both architectures."""

import re
import struct
from pathlib import Path

import pytest

from numina_lean.sandbox.inside.seccomp import Jump, instructions
from numina_lean.sandbox.inside.syscalls import ABSENT, ALLOWED, CONDITIONED, LAST

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
ME = 42
MACHINES = pytest.mark.parametrize("machine", sorted(AUDIT))


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter answers to a call."""
    given = [argument & (1 << 64) - 1 for argument in (*arguments, *[0] * 6)][:6]
    data = struct.pack("<IIQ6Q", number, audit or AUDIT[machine], 0, *given)
    filter, at, word = instructions(machine), 0, 0
    while True:
        one = filter[at]
        at += 1
        if isinstance(one, Jump):
            value = ME if one.value is None else one.value
            holds = {0x15: word == value, 0x35: word >= value, 0x25: word > value}.get(
                one.code, bool(word & value)
            )
            at += one.then if holds else one.other
        elif one[0] == 0x20:
            (word,) = struct.unpack_from("<I", data, one[1])
        else:
            return one[1]


@MACHINES
def test_what_is_listed_is_allowed_and_nothing_else(machine: str) -> None:
    column = COLUMN[machine]
    listed = {both[column] for both in ALLOWED.values()}
    special = {both[column] for both in (*CONDITIONED.values(), *ABSENT.values())}
    for number in range(LAST + 1):
        if number not in special:
            assert verdict(machine, number) == (ALLOW if number in listed else EPERM), number


@MACHINES
def test_what_later_kernels_add_is_absent(machine: str) -> None:
    for number in (LAST + 1, 500, 10_000, *(both[COLUMN[machine]] for both in ABSENT.values())):
        assert verdict(machine, number) == ENOSYS


@MACHINES
def test_the_calls_of_another_architecture_end_the_process(machine: str) -> None:
    assert verdict(machine, 0, audit=0x40000003) == KILL
    other = next(name for name in AUDIT if name != machine)
    assert verdict(machine, 0, audit=AUDIT[other]) == KILL


def test_the_calls_of_x32_end_the_process() -> None:
    assert verdict("x86_64", 0x40000000) == KILL


@MACHINES
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),
        ("clone", (17,), False),
        ("clone", (0x4111,), False),
        ("kill", (ME, 9), True),
        ("kill", (ME + 1, 9), False),
        ("kill", (0, 9), False),
        ("kill", (-1, 9), False),
        ("kill", (-ME, 9), False),
        ("tgkill", (ME, 7, 9), True),
        ("tgkill", (1, ME, 9), False),
        ("prlimit64", (0, 7, 0, 1), True),
        ("prlimit64", (ME, 7, 0, 1), True),
        ("prlimit64", (0, 7, 1, 0), False),
        ("prlimit64", (0, 7, 1 << 32, 0), False),
        ("prlimit64", (1, 7, 0, 1), False),
        ("fcntl", (0, 2), True),
        ("fcntl", (0, 8), False),
        ("fcntl", (0, 1031), False),
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),
        ("prctl", (15,), True),
        ("prctl", (4, 1), False),
        ("prctl", (22, 2), False),
    ],
)
def test_some_calls_are_allowed_by_their_arguments(
    machine: str, name: str, arguments: tuple[int, ...], allowed: bool
) -> None:
    number = CONDITIONED[name][COLUMN[machine]]
    assert verdict(machine, number, *arguments) == (ALLOW if allowed else EPERM)


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@MACHINES
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("no headers of the kernel here")
    text = HEADERS[machine].read_text()
    numbers = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    for name, other in re.findall(r"#define __NR_(\w+)\s+__NR3264_(\w+)", text):
        numbers.setdefault(name, numbers.get(other))
    for name, both in (*ALLOWED.items(), *CONDITIONED.items(), *ABSENT.items()):
        number = both[COLUMN[machine]]
        assert numbers.get(name) == (None if number is None else str(number)), name


def test_a_machine_without_a_table_has_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        instructions("riscv64")
