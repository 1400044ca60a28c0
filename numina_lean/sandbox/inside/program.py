"""Runs the text of a program in this process and shows what a notebook would.

The value of a last expression is printed, unless it is None or a semicolon follows. Of an
exception the program's own lines are shown. What the program does to this module, to `sys` or to
`builtins` changes what it prints, and nothing else: whoever runs it relies on nothing from here.
"""

import ast
import builtins
import io
import linecache
import os
import sys
import threading
import types
from contextlib import suppress
from typing import Any, BinaryIO, TextIO

from .failure import described

OK, ERROR, MEMORY = 0, 1, 86
"""How `Program.run` ended; also the status of a process that runs one program."""

PREAMBLE = "<preamble>"


class Namespace:
    """A `__main__` of its own, in which programs run one after another."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = builtins
        self._names: dict[str, Any] = module.__dict__
        sys.modules["__main__"] = module
        sys.argv[:] = [""]
        sys.set_int_max_str_digits(0)  # long numbers are printed; time is bounded otherwise
        sys.path.insert(0, "")
        self._ran = 0
        self._streams = _streams()

    def run(self, code: str, preamble: str = "") -> int:
        """Run `code` to its end and that of its threads; says how: `OK`, `ERROR` or `MEMORY`.

        Never raises.
        """
        self._ran += 1
        name = "<program>" if self._ran == 1 else f"<program {self._ran}>"
        try:
            status = OK
            try:
                if preamble:
                    self._execute(preamble, PREAMBLE)
                self._execute(code, name)
            finally:
                _join_threads()
        except SystemExit as leaving:
            status = self._left(leaving)
        except MemoryError as error:
            self._show(error)
            status = MEMORY
        except BaseException as error:  # noqa: BLE001
            self._show(error)
            status = ERROR
        self._flush()
        return status

    def _execute(self, code: str, name: str) -> None:
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        tree = ast.parse(code, name)
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr) or _silenced(code, last):
            exec(compile(tree, name, "exec"), self._names)
            return
        tree.body.pop()
        exec(compile(tree, name, "exec"), self._names)
        value = eval(compile(ast.Expression(last.value), name, "eval"), self._names)
        if value is not None:
            self._names["_"] = value
            print(repr(value))  # noqa: T201

    def _left(self, leaving: SystemExit) -> int:
        """As the interpreter does: None and 0 are a good end, and what is no number is printed."""
        if leaving.code is None or leaving.code == 0:
            return OK
        if not isinstance(leaving.code, int):
            with suppress(BaseException):
                self._say(f"{leaving.code}\n")
        return ERROR

    def _show(self, error: BaseException) -> None:
        try:
            self._say(described(error))
        except BaseException:  # noqa: BLE001  (out of memory, or a program that breaks printing)
            with suppress(OSError):
                os.write(2, f"{type(error).__name__}\n".encode(errors="backslashreplace"))

    def _say(self, text: str) -> None:
        self._flush()
        self._streams[1].write(text)

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr, *self._streams):
            with suppress(BaseException):
                stream.flush()


def _streams() -> tuple[TextIO, TextIO]:
    """New standard streams; both outputs go through one buffer, so that their order is kept.

    A line is written when it ends: a program that is killed has its lines shown. What cannot be
    encoded is escaped.
    """
    shared = open(1, "wb", closefd=False)  # noqa: SIM115
    outputs = [_text(shared), _text(shared)]
    sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = outputs
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))
    return outputs[0], outputs[1]


def _text(shared: BinaryIO) -> TextIO:
    return io.TextIOWrapper(
        shared,
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
        write_through=True,
    )


def _join_threads() -> None:
    """As the interpreter does at its end: wait for those that are not daemons."""
    me = threading.current_thread()
    while waited := [one for one in threading.enumerate() if one is not me and not one.daemon]:
        for one in waited:
            one.join()


def _silenced(code: str, last: ast.Expr) -> bool:
    """Whether a semicolon follows the last expression."""
    lines = code.encode(errors="surrogatepass").splitlines()
    if last.end_lineno is None or last.end_lineno > len(lines):
        return False
    return lines[last.end_lineno - 1][last.end_col_offset :].lstrip().startswith(b";")
