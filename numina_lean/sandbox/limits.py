"""What one program may use."""

from dataclasses import dataclass

from numina_lean.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` of wall time and `cpu_seconds` of processor time, all threads together; a run that
    is given more wall time has more processor time in proportion.

    `memory_bytes` of address space, over what the imported libraries take. `output_bytes` are kept
    of what it prints. `file_bytes` bounds any one file, `tmp_bytes` all of its private folder,
    which, in a cell, lies in memory. Raises `InputError` for what is no limit.
    """

    seconds: float = 5.0
    cpu_seconds: float = 10.0
    memory_bytes: int = 2 << 30
    output_bytes: int = 64 << 10
    file_bytes: int = 16 << 20
    tmp_bytes: int = 64 << 20
    open_files: int = 64
    threads: int = 32

    def __post_init__(self) -> None:
        least = {"seconds": 0.001, "cpu_seconds": 0.001, "memory_bytes": 1 << 20, "open_files": 8}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not value >= least.get(name, 1):
                raise InputError(f"limit {name} of a program is {value}: too small to run anything")
