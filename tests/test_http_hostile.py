"""A running `numina-lean serve`, attacked from outside and told to end.

Everything goes over real sockets to a process of its own, by nothing but HTTP and signals.
"""

import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

pytestmark = pytest.mark.lean

KEY = "only-the-tests-know-this-key"
PROVED = "theorem good : 1 + 1 = 2 := rfl\n"
ENDLESS = "partial def spin (n : Nat) : Nat := spin (n + 1)\n#eval spin 0\n"
NEVER = 600
"""Seconds that no test waits: a check with such a timeout must be ended by something else."""
PATIENCE = 120
"""Seconds after which a test gives an answer up."""


@dataclass
class Service:
    """A server in a process of its own; `port` on loopback."""

    process: subprocess.Popen[str]
    port: int

    def ask(
        self, path: str, body: object = None, *, key: str | None = KEY, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"Content-Type": "application/json", **headers}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request("GET" if data is None else "POST", path, data, sent)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def check(self, *codes: str, timeout: float = 60) -> list[dict[str, Any]]:
        """The results of Kimina's `/api/check`, in the order of `codes`."""
        snippets = [{"id": str(index), "code": code} for index, code in enumerate(codes)]
        status, answer = self.ask("/api/check", {"snippets": snippets, "timeout": timeout})
        assert status == 200, answer
        return list(answer["results"])

    def verdicts(self, *items: Mapping[str, Any]) -> list[str]:
        """The verdicts of `/v1/check`."""
        status, answer = self.ask("/v1/check", {"items": list(items)})
        assert status == 200, answer
        return [result["verdict"] for result in answer["results"]]

    def metric(self, name: str) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {KEY}"})
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        assert found is not None, f"no {name} in {text}"
        return float(found[1])

    def wait_for(self, name: str, value: float) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.metric(name) != value:
            assert time.monotonic() < deadline, f"{name} never came to be {value}"
            time.sleep(0.05)

    def send(self, path: str, body: object) -> socket.socket:
        """A connection on which the request was sent, and nothing read."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.sendall(head.encode() + data)
        return connection


@contextmanager
def serving(*options: str, jobs: int = 2, descriptors: int | None = None) -> Iterator[Service]:
    """With `descriptors`, the process may have no more files and sockets open."""
    limit = [] if descriptors is None else ["prlimit", f"--nofile={descriptors}:{descriptors}"]
    process = subprocess.Popen(
        [
            *limit,
            *(sys.executable, "-m", "numina_lean", "serve", "--engine", "embedded"),
            *("--port", "0", "--jobs", str(jobs), "--no-cache", *options),
        ],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NUMINA_LEAN_API_KEY": KEY},
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found is not None:
                yield Service(process, int(found[1]))
                break
        else:
            pytest.fail("the server did not say where it listens")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


def errors(result: Mapping[str, Any]) -> list[str]:
    messages = result["response"].get("messages", ())
    return [each["data"] for each in messages if each["severity"] == "error"]


def test_a_timeout_is_told_as_such_and_costs_no_neighbour(service: Service) -> None:
    results = service.check(PROVED, ENDLESS, PROVED, timeout=2)
    assert "timed out" in results[1]["error"]
    assert errors(results[0]) == errors(results[2]) == []


def test_waiting_is_no_part_of_a_timeout(service: Service) -> None:
    results = service.check(*["theorem t : True := by\n  sleep 400\n  trivial\n"] * 12, timeout=2)
    assert [result.get("error") for result in results] == [None] * 12


def test_the_processes_that_check_do_not_have_the_key(service: Service) -> None:
    assert service.verdicts({"source": PROVED}) == ["proved"]
    processes = psutil.Process(service.process.pid).children(recursive=True)
    environments = [process.environ() for process in processes]
    assert environments
    assert not any(KEY in value for each in environments for value in each.values())


@pytest.mark.parametrize("path", ["/api/check", "/verify", "/v1/check", "/metrics", "/none"])
@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], KEY + "x", "ключ"])
def test_nothing_is_told_without_the_key(service: Service, path: str, key: str | None) -> None:
    offered = None if key is None else key.encode().decode("latin-1")
    status, answer = service.ask(path, {"snippets": []}, key=offered)
    assert status == 401
    assert isinstance(answer["detail"], str)


SNIPPETS = '{"snippets": [{"id": "a", "code": %s}], "timeout": %s}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"snippets": []}',
        (SNIPPETS % (r'"\ud800"', "5")).encode(),
        (SNIPPETS % ('"x"', "0")).encode(),
        (SNIPPETS % ('"x"', "-1")).encode(),
        (SNIPPETS % ('"x"', "NaN")).encode(),
        (SNIPPETS % ('"x"', "1e999")).encode(),
        (SNIPPETS % ('"x"', "1e9")).encode(),
        (SNIPPETS % ("1", "5")).encode(),
        b'{"snippets": [{"id": "a", "code": "x"}, {"id": "a", "code": "y"}]}',
        b'{"snippets": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"snippets": [{"id": "a", "code": "x"}], "timeout": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_request_is_refused_in_a_line(service: Service, body: bytes) -> None:
    status, answer = service.ask("/api/check", body)
    assert status in (400, 422)
    assert isinstance(answer["detail"], str)
    assert "\n" not in answer["detail"]
    assert len(answer["detail"]) < 500


def test_requests_on_one_connection_are_answered_one_after_another(service: Service) -> None:
    with service.send("/api/check", {"snippets": [{"id": "first", "code": PROVED}]}) as connection:
        data = json.dumps({"snippets": [{"id": "second", "code": PROVED}]}).encode()
        connection.sendall(
            b"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\n"
            + f"Authorization: Bearer {KEY}\r\nContent-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.count(b"HTTP/1.1 200") == 2
    assert received.index(b'"first"') < received.index(b'"second"')


def test_a_client_that_leaves_frees_what_ran_and_what_waited(service: Service) -> None:
    items = [{"source": ENDLESS, "timeout": NEVER, "heartbeats": 0}] * 300
    with service.send("/v1/check", {"items": items}):
        service.wait_for("numina_lean_requests_open", 1)
    service.wait_for("numina_lean_requests_open", 0)
    assert service.metric("numina_lean_items_waiting") == 0
    assert service.verdicts({"source": PROVED}) == ["proved"]


def test_told_to_end_it_answers_what_it_has_and_takes_nothing_more() -> None:
    with serving(jobs=1) as service:
        source = "theorem t : True := by\n  sleep 1000\n  trivial\n"
        with service.send("/v1/check", {"items": [{"source": source}]}) as connection:
            service.wait_for("numina_lean_requests_open", 1)
            service.process.send_signal(signal.SIGTERM)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        answer = json.loads(received.partition(b"\r\n\r\n")[2])
        assert [result["verdict"] for result in answer["results"]] == ["proved"]
        assert service.process.wait(PATIENCE) == 0
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", service.port), timeout=5)


def test_when_the_grace_is_over_who_waits_is_told_so() -> None:
    with serving("--grace", "0.5", jobs=1) as service:
        items = [{"source": ENDLESS, "timeout": NEVER, "heartbeats": 0}]
        with service.send("/v1/check", {"items": items}) as connection:
            service.wait_for("numina_lean_requests_open", 1)
            service.process.send_signal(signal.SIGTERM)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        assert received.startswith(b"HTTP/1.1 503")
        assert service.process.wait(PATIENCE) != 0


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit here")
def test_connections_that_ask_nothing_take_no_descriptors_from_those_that_do() -> None:
    with serving(jobs=1, descriptors=256) as service, ExitStack() as stack:
        quiet = [
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            for _ in range(180)
        ]
        closed: set[socket.socket] = set()
        while len(closed) < 40:
            ready, _, _ = select.select(set(quiet) - closed, (), (), PATIENCE)
            assert ready
            assert [each.recv(1) for each in ready] == [b""] * len(ready)
            closed.update(ready)
        assert service.verdicts({"source": "import Init.Data.List.Basic\n" + PROVED}) == ["proved"]
