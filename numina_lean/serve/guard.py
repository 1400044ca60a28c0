"""What stands before every request: the key, the size and pace of its body, the host it names.

A request that does not pass is answered with one line and never reaches the application.
"""

import asyncio
import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from numina_lean.serve.settings import Key, Limits

OPEN_PATHS = frozenset({"/docs", "/api/openapi.json"})
"""What may be read without the key."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


class RefusedError(Exception):
    """The request goes no further. `headers` go with the answer."""

    def __init__(self, status: int, detail: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


class Guard:
    """An ASGI application before another. It reads the body whole, within `limits`.

    `hosts`: the names under which a request may call the server, None: any. Without a key, on
    loopback, they keep web pages out, which reach this machine under a name of their own.
    """

    def __init__(
        self, app: ASGIApp, limits: Limits, key: Key | None, hosts: Iterable[str] | None
    ) -> None:
        self._app = app
        self._limits = limits
        self._key = key
        self._hosts = None if hosts is None else frozenset(hosts)
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._admit(scope)
                body = await self._read(scope, receive)
            except RefusedError as error:
                await _refuse(send, error)
                return
            receive = _Replayed(body, receive)
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self._hosts is not None:
            name = headers.get(b"host", b"").decode("latin-1").lower()
            if _without_port(name) not in self._hosts:
                raise RefusedError(421, f"this server is not called {name or 'nothing'}")
        if self._key is not None and scope["path"] not in OPEN_PATHS:
            scheme, _, offered = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer" or not self._key.opens(offered.strip()):
                problem = "Invalid API key" if offered else "Missing API key"
                raise RefusedError(401, problem, (b"www-authenticate", b"Bearer"))
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limits.body:
            raise self._too_large()

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] in ("GET", "HEAD"):
            return b""
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while await self._read_part(receive, body):
                    pass
        except TimeoutError:
            seconds = self._limits.body_seconds
            raise RefusedError(408, f"the body did not arrive in {seconds:g} seconds") from None
        finally:
            self._arriving -= len(body)
        return bytes(body)

    async def _read_part(self, receive: Receive, body: bytearray) -> bool:
        """Append what arrives next to `body`; whether more is to come."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(499, "Client disconnected")
        part = message.get("body", b"")
        body += part
        self._arriving += len(part)
        if len(body) > self._limits.body:
            raise self._too_large()
        if self._arriving > self._limits.bodies:
            raise RefusedError(429, "too much is arriving at once; send this again later")
        return bool(message.get("more_body", False))

    def _too_large(self) -> RefusedError:
        return RefusedError(413, f"the body is larger than {self._limits.body} bytes")


class _Replayed:
    """`receive` of a request whose body has been read."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _refuse(send: Send, error: RefusedError) -> None:
    body = json.dumps({"detail": str(error)}).encode() + b"\n"
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What is left of the body is not read.
        (b"connection", b"close"),
        *error.headers,
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _without_port(name: str) -> str:
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
