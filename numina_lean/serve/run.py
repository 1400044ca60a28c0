"""The server's life: it listens, is told to end, finishes what it has begun, and ends."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from numina_lean.serve.connections import Connection, Quiet, raise_descriptors
from numina_lean.serve.desk import Desk

_REST = 5.0
"""Seconds that answers have to leave after the desk is closed."""


class Server(uvicorn.Server):
    """`grace`: seconds that requests have to be finished in, once the server is told to end.

    The first SIGTERM or SIGINT closes the door: no connection is accepted any more. What is not
    answered after `grace`, or at the second signal, is told that the service ends.
    """

    def __init__(self, app: ASGIApp, desk: Desk, grace: float) -> None:
        config = uvicorn.Config(
            app,
            ws="none",
            log_level="error",  # what it warns of, strangers write
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=int(grace + _REST) + 1,
        )
        super().__init__(config)
        self._desk = desk
        self._grace = grace
        # The other half is for the Lean processes and the requests at work.
        self._quiet = Quiet(raise_descriptors() // 2)
        self.cut_off = 0
        """How many requests were not answered when the grace was over."""

    def listen(self, door: socket.socket, ready: Callable[[], None]) -> None:
        """Accept from `door` until told to end. `ready` is called once it is open."""
        self._ready = ready
        self.run([door])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Called by the server ten times a second."""
        connections = cast("set[Connection]", self.server_state.connections)
        self._quiet.sweep(connections, self._loop.time())
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals on the loop, and without raising them again at the end."""
        self._loop = asyncio.get_running_loop()
        # Signals reach the main thread only; elsewhere `tell_to_end` is there.
        main = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGTERM, signal.SIGINT) if main else ()
        for number in numbers:
            self._loop.add_signal_handler(number, self._told_to_end)
        try:
            yield
        finally:
            for number in numbers:
                self._loop.remove_signal_handler(number)

    def tell_to_end(self) -> None:
        """What a signal does, from any thread."""
        self._loop.call_soon_threadsafe(self._told_to_end)

    def _told_to_end(self) -> None:
        if self.should_exit:
            self._close_desk()
        else:
            self.should_exit = True
            self._loop.call_later(self._grace, self._close_desk)

    def _close_desk(self) -> None:
        self.cut_off += self._desk.orders
        self._desk.close()
