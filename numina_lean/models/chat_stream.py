"""A streamed chat completion: from bytes to events, and from events to text and completion.

A stream that is none, says that it failed, or ends before its answer does is a `TransientError`.
"""

import json
from collections.abc import AsyncIterator

from numina_lean.models.answer import (
    THINK_CLOSE,
    THINK_OPEN,
    finish_of,
    first_choice,
    text_of,
    thoughts_of,
    usage_of,
)
from numina_lean.models.model import Completion, Finish, Sampling, Usage
from numina_lean.models.retry import TransientError
from numina_lean.models.stops import StopCutter

_EVENTS_AFTER_STOP = 8


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[object]:
    """The JSON of each server-sent event, up to `[DONE]`. Raises `TransientError`."""
    held: list[bytes] = []
    async for chunk in chunks:
        held.append(chunk)
        if b"\n" not in chunk:
            continue
        *lines, rest = b"".join(held).split(b"\n")
        held = [rest]
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            try:
                yield json.loads(data)
            except (ValueError, RecursionError) as error:
                raise TransientError(f"an event is no JSON: {data[:100]!r}") from error


class Assembly:
    """Puts one sample together from its events, and says what of its text is certain so far.

    `echo`: text that the endpoint may put before the answer, and that is taken off again.
    Without a count from the server, tokens are the number of events, as servers send one each.
    """

    def __init__(self, sampling: Sampling, prompt_tokens: int, echo: str) -> None:
        self._cutter = StopCutter(sampling.stop, sampling.keep_stop)
        self._echo = echo
        self._start = ""  # of the text, while it may still be the echo
        self._pieces: list[str] = []
        self._thinking = False
        self._finish: Finish | None = None
        self._usage: Usage | None = None
        self._prompt_tokens = prompt_tokens
        self._events = 0
        self._after_stop = 0

    @property
    def over(self) -> bool:
        """Whether nothing that still comes is of use. The server's count may come a little late."""
        return self._after_stop > (_EVENTS_AFTER_STOP if self._usage is None else 0)

    def take(self, event: object) -> str:
        """The text that an event adds. Raises `TransientError` where it reports a failure."""
        if isinstance(event, dict) and event.get("error"):
            raise TransientError(f"the server broke off: {str(event['error'])[:200]}")
        usage = usage_of(event)
        if usage != Usage():
            self._usage = usage
        choice = first_choice(event)
        if choice is None:
            return ""
        if choice.get("finish_reason") is not None:
            self._finish = finish_of(choice["finish_reason"])
        delta = choice.get("delta")
        piece = self._added(delta) if isinstance(delta, dict) else ""
        self._events += 1
        self._after_stop += self._cutter.stopped
        self._pieces.append(piece)
        return piece

    def end(self, sample: int) -> tuple[str, Completion]:
        """What was held back to the end, and the completion.

        Raises `TransientError` where the answer did not come to an end.
        """
        if self._finish is None and not self._cutter.stopped:
            raise TransientError("the stream ends before the answer does")
        last = ""
        if not self._cutter.stopped:
            last = self._closing() + self._cutter.feed(self._start) + self._cutter.rest()
        self._pieces.append(last)
        finish = "stop" if self._cutter.stopped or self._finish is None else self._finish
        usage = self._usage or Usage(self._prompt_tokens, self._events)
        return last, Completion(sample, "".join(self._pieces), finish, usage)

    def _added(self, delta: dict[str, object]) -> str:
        thoughts, text = thoughts_of(delta), text_of(delta)
        piece = ""
        if thoughts and not self._cutter.stopped:
            piece += thoughts if self._thinking else THINK_OPEN + thoughts
            self._thinking = True
        if text:
            piece += self._closing() + self._cutter.feed(self._without_echo(text))
        return piece

    def _closing(self) -> str:
        was, self._thinking = self._thinking, False
        return THINK_CLOSE if was else ""

    def _without_echo(self, text: str) -> str:
        self._start += text
        if len(self._start) < len(self._echo) and self._echo.startswith(self._start):
            return ""
        start, self._start = self._start.removeprefix(self._echo), ""
        self._echo = ""
        return start
