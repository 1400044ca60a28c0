"""The way from an order to the bytes of its answer, all at once or a line an item."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from numina_lean.check.output import json_line
from numina_lean.check.verdict import Outcome
from numina_lean.serve.desk import ClosedError, LeftError, Order, unsaid

NDJSON = "application/x-ndjson"

Fields = Callable[[int, Outcome], dict[str, object]]
"""The answer to the item of that index."""


async def all_results(
    order: Order, receive: Receive, fields: Fields, count: int, most: int
) -> bytes:
    """A JSON object with the `results` of all `count` items, in the order of the items.

    Those that would make it larger than `most` bytes come without what Lean said. Raises
    `LeftError` once the client has gone, and what the order raises.
    """
    results = [b""] * count
    size = 0
    with order, _ended_when_gone(order, receive):
        async for index, outcome in order:
            line = json_line(fields(index, outcome))
            if size + len(line) > most:
                line = json_line(fields(index, unsaid(outcome)))
            size += len(line)
            results[index] = line
    return b'{"results":[' + b",".join(results) + b"]}\n"


class ResultStream(Response):
    """Each result in a line of its own, as soon as it is there.

    Items that get no outcome because the service ends get a line with an `error` instead.
    """

    media_type = NDJSON

    def __init__(self, order: Order, fields: Fields, count: int) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._order = order
        self._fields = fields
        self._missing = set(range(count))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._order, _ended_when_gone(self._order, receive):
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            try:
                async for index, outcome in self._order:
                    self._missing.discard(index)
                    await _send_line(send, self._fields(index, outcome))
            except LeftError:
                return
            except ClosedError as error:
                for index in sorted(self._missing):
                    await _send_line(send, {"index": index, "error": str(error)})
            await send({"type": "http.response.body", "body": b""})


async def _send_line(send: Send, fields: dict[str, object]) -> None:
    await send({"type": "http.response.body", "body": json_line(fields), "more_body": True})


@contextmanager
def _ended_when_gone(order: Order, receive: Receive) -> Iterator[None]:
    """Give `order` up when the client disconnects."""
    watch = asyncio.create_task(_end_when_gone(order, receive))
    try:
        yield
    finally:
        watch.cancel()


async def _end_when_gone(order: Order, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    order.end(LeftError())
