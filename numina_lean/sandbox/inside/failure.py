"""The traceback of a program's exception, cut to what helps whoever wrote the program.

Only the program's own lines, each with its text, and the exception last: how sympy or numpy went
on inside, and where they lie on this machine, is left out.
"""

import traceback
from collections.abc import Iterator

_HEADER = "Traceback (most recent call last):\n"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_LONGEST = 20
"""Lines of calls shown, half from the outside, half from the inside."""


def described(error: BaseException) -> str:
    """As the interpreter would print it, with what was raised on the way that led to it."""
    return "".join(_lines(traceback.TracebackException.from_exception(error, compact=True)))


def _lines(shown: traceback.TracebackException) -> Iterator[str]:
    before = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
    if before is not None and _own(before):
        yield from _lines(before)
        yield _CAUSE if shown.__cause__ else _CONTEXT
    frames = _own(shown)
    if frames:
        yield _HEADER
        yield from _calls(frames)
    yield from shown.format_exception_only()


def _own(shown: traceback.TracebackException) -> list[traceback.FrameSummary]:
    """The frames of the program, without the marks of columns."""
    return [
        traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line=frame.line)
        for frame in shown.stack
        if frame.filename.startswith("<program") or frame.filename == "<preamble>"
    ]


def _calls(frames: list[traceback.FrameSummary]) -> Iterator[str]:
    """Those in the middle of many are counted only. The stack module folds plain recursion."""
    lines = traceback.StackSummary.from_list(frames).format()
    if len(lines) > _LONGEST:
        half = _LONGEST // 2
        yield from lines[:half]
        yield f"  [{len(lines) - 2 * half} more calls]\n"
        yield from lines[-half:]
    else:
        yield from lines
