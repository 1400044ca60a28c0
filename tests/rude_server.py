"""A small HTTP server that answers as a test says, however badly, and notes what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """A whole reply. `body` may be a JSON value, bytes, or a function that writes raw bytes to the
    connection, headers included, and may never come back.
    """

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class RudeServer:
    """`asked`: the requests' bodies. `left`: how many clients went away before the reply ended."""

    url: str
    asked: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left: int = 0
    in_flight: int = 0
    most_in_flight: int = 0


LISTING = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "someone"}]}
LISTING_OF_VLLM = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm"}]}


def said(text: object, finish: object = "stop", **fields: object) -> Answer:
    """A well-formed chat completion."""
    message = {"role": "assistant", "content": text, **fields}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return Answer({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})


def event(text: str | None = None, finish: str | None = None, **fields: object) -> bytes:
    """One event of a streamed chat completion."""
    delta = {"content": text, **fields} if text is not None or fields else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def streamed(*events: bytes, pause: float = 0.0, hang: bool = False) -> Answer:
    """Events one after the other; with `hang`, the connection then stays open and silent."""

    async def body(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for one in events:
            await write(one)
            await asyncio.sleep(pause)
        if hang:
            await asyncio.Event().wait()

    return Answer(body)


@asynccontextmanager
async def rude_server(
    answers: Sequence[Answer] | Callable[[dict[str, object]], Answer],
    listing: Answer | None = None,
) -> AsyncIterator[RudeServer]:
    """Serves the answers in order, the last one again and again; or what a function says."""
    server = RudeServer("")
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        content = await reader.readexactly(int(fields.get("content-length", 0)))
        if head.startswith("GET"):
            answer = listing or Answer(LISTING)
        else:
            asked = json.loads(content)
            server.asked.append(asked)
            server.keys.append(fields.get("authorization", ""))
            number = len(server.asked) - 1
            answer = answers(asked) if callable(answers) else answers[min(number, len(answers) - 1)]
        server.in_flight += 1
        server.most_in_flight = max(server.most_in_flight, server.in_flight)
        replying = asyncio.create_task(_reply(writer, answer))
        leaving = asyncio.create_task(reader.read(1))
        try:
            done, _ = await asyncio.wait((replying, leaving), return_when=asyncio.FIRST_COMPLETED)
            server.left += replying not in done or replying.exception() is not None
        finally:
            server.in_flight -= 1
            replying.cancel()
            leaving.cancel()
            writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()
        finally:
            connections.discard(task)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _reply(writer: asyncio.StreamWriter, answer: Answer) -> None:
    async def write(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    if callable(answer.body):
        await answer.body(write)
        return
    content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    lines = [
        f"HTTP/1.1 {answer.status} Status",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    await write("\r\n".join([*lines, "", ""]).encode() + content)
