"""The traceback of a program's exception, cut to what helps whoever wrote the program.

Only the program's own lines, each with its text, and the exception last: how sympy or numpy went
on inside, and where they lie on this machine, is left out.
"""

import traceback
from collections.abc import Iterator

_HEADER = "Traceback (most recent call last):\n"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_CHAIN = 3
"""Exceptions of a chain that are shown."""

_LONGEST = 20
"""Lines of calls shown, half from the outside, half from the inside."""


def described(error: BaseException) -> str:
    """As the interpreter would print it, with what was raised on the way that led to it.

    Takes the exceptions apart: afterwards they do not lead to each other any more.
    """
    return "".join(line for one, how in _led_to(error) for line in _lines(one, how))


def _led_to(error: BaseException) -> list[tuple[BaseException, str]]:
    """The last few of a chain, each with the words that lead to the next."""
    chain: list[tuple[BaseException, str]] = [(error, "")]
    while len(chain) < _CHAIN:
        last = chain[0][0]
        cause, context = last.__cause__, last.__context__
        before = cause or (None if last.__suppress_context__ else context)
        if before is None or any(before is one for one, _ in chain):
            break
        chain.insert(0, (before, _CAUSE if cause else _CONTEXT))
    for one, _ in chain:  # or the standard library would follow them, however many they are
        for name in ("__cause__", "__context__"):
            BaseException.__dict__[name].__set__(one, None)  # whatever its class says of names
    return chain


def _lines(error: BaseException, how: str) -> Iterator[str]:
    shown = traceback.TracebackException.from_exception(error)
    frames = _own(shown)
    if frames:
        yield _HEADER
        yield from _calls(frames)
    if frames or not how:
        yield from shown.format_exception_only()
        yield how


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
