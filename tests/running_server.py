"""A service on a real socket, in a thread of the test's process."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from numina_lean.check.checker import Checker
from numina_lean.check.tally import PoolStatistics
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import LeanInfo
from numina_lean.serve.app import Service, create_app
from numina_lean.serve.guard import LOOPBACK_NAMES, Guard
from numina_lean.serve.run import Server
from numina_lean.serve.settings import Key, Limits, listen

LEAN = LeanInfo("embedded", "4.28.0-pre", None)
NO_POOL = PoolStatistics(0, 0, 0, 0, {}, {}, 0)


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Fail if `condition` does not come true. No test passes or fails by how long it takes."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


class ByHand:
    """A checker whose outcomes come when the test says so."""

    def __init__(self) -> None:
        self.open: dict[str, Future[Outcome]] = {}
        self.submitted: list[str] = []
        self.items: list[Item] = []
        self.cancelled: list[str] = []

    def submit(self, item: Item) -> Future[Outcome]:
        self.submitted.append(item.id)
        self.items.append(item)
        if item.source == "defect":
            raise RuntimeError("a defect")
        future: Future[Outcome] = Future()
        self.open[item.id] = future
        return future

    def cancel(self, future: Future[Outcome]) -> bool:
        self.cancelled += [id for id, each in self.open.items() if each is future]
        return future.cancel()

    def finish(self, id: str) -> None:
        self.open.pop(id).set_result(Outcome(id, Verdict.PROVED, LEAN, "", 0.0))

    def wait_for(self, *ids: str) -> None:
        """Until they have been submitted and are not done."""
        wait_until(lambda: set(ids) <= set(self.open))

    def check(self, item: Item) -> Outcome:
        return self.submit(item).result()

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        return map(self.check, items)


class AtOnce(ByHand):
    """Finds everything proved."""

    def submit(self, item: Item) -> Future[Outcome]:
        future = super().submit(item)
        self.finish(item.id)
        return future


@dataclass
class Running:
    """`port` on loopback; `server` to be told to end."""

    port: int
    server: Server
    service: Service

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON (or text) of one request; underscores in header names are dashes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, data, {"content-type": "application/json", **named})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        kind = answer.headers.get_content_type()
        return answer.status, json.loads(text) if kind == "application/json" else text

    def check(self, *codes: str, **fields: object) -> list[Any]:
        """The results of `/api/check` for `codes`, whose ids are their numbers."""
        snippets = [{"id": str(index), "code": code} for index, code in enumerate(codes)]
        status, answer = self.request("POST", "/api/check", {"snippets": snippets, **fields})
        assert status == 200, answer
        return list(answer["results"])


@contextmanager
def serving(
    checker: Checker,
    *,
    fresh: Checker | None = None,
    limits: Limits | None = None,
    key: str | None = None,
    grace: float = 20.0,
    window: int = 96,
) -> Iterator[Running]:
    limits = limits or Limits()
    service = Service(LEAN, checker, fresh or checker, limits, window, lambda: NO_POOL)
    hosts = LOOPBACK_NAMES if key is None else None
    guard = Guard(create_app(service), limits, None if key is None else Key(key), hosts)
    server = Server(guard, service.desk, grace)
    ready = threading.Event()
    with listen("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        thread = threading.Thread(target=server.listen, args=(door, ready.set))
        thread.start()
        assert ready.wait(30)
        try:
            yield Running(port, server, service)
        finally:
            if thread.is_alive():
                server.tell_to_end()
                server.tell_to_end()
            thread.join(30)
            assert not thread.is_alive()
