"""The service over a real socket, before a checker that answers when the test says so."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
from running_server import AtOnce, ByHand, Running, serving, wait_until

from numina_lean.check.verdict import Policy
from numina_lean.serve.settings import Limits

KEY = "correct-horse"
ONE = {"snippets": [{"id": "a", "code": "source"}]}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving(AtOnce()) as running:
        yield running


@pytest.fixture(scope="module")
def locked() -> Iterator[Running]:
    with serving(AtOnce(), key=KEY) as running:
        yield running


class TestKey:
    @pytest.mark.parametrize("path", ["/api/check", "/verify", "/v1/check"])
    @pytest.mark.parametrize(
        "header", [None, "", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", KEY]
    )
    def test_a_request_without_it_is_refused(
        self, locked: Running, path: str, header: str | None
    ) -> None:
        named = {} if header is None else {"authorization": header}
        status, answer = locked.request("POST", path, b"not even JSON", **named)
        assert status == 401
        assert answer["detail"] in ("Missing API key", "Invalid API key")

    @pytest.mark.parametrize("path", ["/health", "/metrics", "/"])
    def test_the_state_is_not_for_strangers_either(self, locked: Running, path: str) -> None:
        assert locked.request("GET", path)[0] == 401
        assert locked.request("GET", path, authorization=f"Bearer {KEY}")[0] == 200

    def test_a_request_with_it_is_answered(self, locked: Running) -> None:
        status, _ = locked.request("POST", "/api/check", ONE, authorization=f"bearer {KEY}")
        assert status == 200

    def test_the_documentation_is_open(self, locked: Running) -> None:
        assert locked.request("GET", "/docs")[0] == 200
        assert locked.request("GET", "/api/openapi.json")[0] == 200

    def test_without_a_key_no_other_name_leads_here(self, server: Running) -> None:
        assert server.request("POST", "/api/check", ONE, host="evil.example")[0] == 421
        assert server.request("POST", "/api/check", ONE, host=f"localhost:{server.port}")[0] == 200


@pytest.fixture(scope="module")
def small() -> Iterator[Running]:
    limits = Limits(body=2000, items=3, source=100, timeout=30, body_seconds=0.2)
    with serving(AtOnce(), limits=limits) as running:
        yield running


class TestLimits:
    def test_a_large_body_is_413_before_it_is_read(self, small: Running) -> None:
        with socket.create_connection(("127.0.0.1", small.port)) as connection:
            connection.sendall(
                b"POST /api/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2001\r\n\r\n"
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 413")

    def test_a_large_body_of_untold_length_is_413(self, small: Running) -> None:
        with socket.create_connection(("127.0.0.1", small.port)) as connection:
            connection.sendall(
                b"POST /api/check HTTP/1.1\r\nhost: localhost\r\n"
                b"transfer-encoding: chunked\r\n\r\n" + 3 * (b"400\r\n" + b" " * 1024 + b"\r\n")
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 413")

    def test_a_body_that_does_not_come_is_408(self, small: Running) -> None:
        with socket.create_connection(("127.0.0.1", small.port)) as connection:
            connection.sendall(
                b"POST /api/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20\r\n\r\n{"
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 408")

    @pytest.mark.parametrize(
        ("snippets", "fields", "says"),
        [
            (4, {}, "4 items, more than 3 in one request"),
            (1, {"timeout": 31}, "timeout: 31 seconds, more than 30"),
            (1, {"timeout": 0}, "timeout: Input should be greater than 0"),
            (1, {"timeout": "inf"}, "timeout: Input should be a finite number"),
            (0, {}, "snippets: List should have at least 1 item"),
            (1, {"snippets": [{"id": "a"}]}, "snippets.0.code: Field required"),
            (1, {"snippets": [{"id": "a", "code": "x" * 101}]}, "item 'a': 101 characters"),
            (1, {"snippets": [{"id": "a", "code": ""}] * 2}, "two snippets have the same id"),
            (
                1,
                {"snippets": [{"id": "a", "code": "\ud800"}]},
                "snippets.0.code: has a lone",
            ),
        ],
    )
    def test_what_is_wrong_is_said_in_one_line(
        self, small: Running, snippets: int, fields: dict[str, object], says: str
    ) -> None:
        body = {"snippets": [{"id": str(n), "code": ""} for n in range(snippets)], **fields}
        status, answer = small.request("POST", "/api/check", body)
        assert status == 422
        assert says in answer["detail"]
        assert "\n" not in answer["detail"]

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 1900, b"[]", b"null", b"1e999"])
    def test_what_is_no_request_is_422(self, small: Running, body: bytes) -> None:
        status, answer = small.request("POST", "/api/check", body)
        assert status in (400, 422)
        assert "\n" not in answer["detail"]

    def test_a_page_of_the_web_cannot_send_json_as_text(self, server: Running) -> None:
        status, _ = server.request("POST", "/api/check", ONE, content_type="text/plain")
        assert status == 422

    def test_a_full_queue_is_429_and_says_when_to_come_again(self) -> None:
        checker = ByHand()
        with serving(checker, window=1, limits=Limits(waiting=1)) as running:
            threads = [threading.Thread(target=running.check, args=("source",)) for _ in range(2)]
            threads[0].start()
            checker.wait_for("0")
            threads[1].start()
            wait_until(lambda: running.service.desk.waiting == 1)
            status, answer = running.request("POST", "/api/check", ONE)
            assert status == 429
            assert answer["detail"] == "1 items are waiting; send this again later"
            checker.finish("0")
            wait_until(lambda: running.service.desk.waiting == 0)
            checker.wait_for("0")
            checker.finish("0")
            for thread in threads:
                thread.join()


class TestTyped:
    def test_an_item_reaches_the_checker_as_it_was_asked_for(self) -> None:
        checker = AtOnce()
        item = {
            "source": "theorem t : True := trivial",
            "reference": "theorem t : True := sorry",
            "timeout": 7.5,
            "heartbeats": 1000,
            "policy": {"axioms": ["propext"], "strict": True},
        }
        with serving(checker) as running:
            status, answer = running.request("POST", "/v1/check", {"items": [item]})
        assert status == 200
        assert answer["results"][0]["verdict"] == "proved"
        (seen,) = checker.items
        assert (seen.id, seen.timeout, seen.heartbeats) == ("0", 7.5, 1000)
        assert seen.source == item["source"]
        assert seen.reference == item["reference"]
        assert seen.policy == Policy(frozenset({"propext"}), strict=True)

    def test_a_field_with_a_slip_is_refused_not_passed_over(self, server: Running) -> None:
        item = {"source": "", "referense": "theorem t : True"}
        status, answer = server.request("POST", "/v1/check", {"items": [item]})
        assert status == 422
        assert "items.0.referense" in answer["detail"]

    def test_a_fresh_check_passes_the_cache_by(self) -> None:
        cached, bare = AtOnce(), AtOnce()
        with serving(cached, fresh=bare) as running:
            running.request("POST", "/v1/check", {"items": [{"source": "1"}], "fresh": True})
            running.check("source", reuse=False)
            running.request(
                "POST", "/verify", {"codes": [{"custom_id": 1, "code": ""}], "disable_cache": True}
            )
            assert (len(cached.items), len(bare.items)) == (0, 3)
            running.check("source")
            assert (len(cached.items), len(bare.items)) == (1, 3)

    def test_a_stream_tells_each_result_when_it_is_there(self) -> None:
        checker = ByHand()
        with serving(checker) as running, _post_stream(running, 3) as connection:
            lines = connection.makefile("rb")
            checker.wait_for("0", "1", "2")
            checker.finish("2")
            assert _next_result(lines)["index"] == 2
            checker.finish("0")
            assert _next_result(lines)["index"] == 0
            checker.finish("1")
            assert _next_result(lines)["verdict"] == "proved"


class TestLeaving:
    def test_a_client_that_leaves_frees_what_waits_and_what_runs(self) -> None:
        checker = ByHand()
        with serving(checker, window=2) as running:
            with _post(running, "/api/check", _snippets(5)):
                checker.wait_for("0", "1")
            wait_until(lambda: sorted(checker.cancelled) == ["0", "1"])
            wait_until(lambda: running.service.desk.running == 0)
            assert running.service.desk.waiting == running.service.desk.orders == 0
            assert checker.submitted == ["0", "1"]

    def test_so_does_one_that_leaves_a_stream(self) -> None:
        checker = ByHand()
        with serving(checker, window=2) as running:
            with _post_stream(running, 5) as connection:
                checker.wait_for("0", "1")
                checker.finish("0")
                _next_result(connection.makefile("rb"))
                checker.wait_for("1", "2")
            wait_until(lambda: sorted(checker.cancelled) == ["1", "2"])
            wait_until(lambda: running.service.desk.running == 0)
            assert running.service.desk.waiting == running.service.desk.orders == 0

    def test_others_get_their_answers(self) -> None:
        checker = ByHand()
        answers: list[object] = []
        with serving(checker, window=1) as running:
            with _post(running, "/api/check", _snippets(5)):
                checker.wait_for("0")
                other = threading.Thread(target=lambda: answers.append(running.check("source")))
                other.start()
                wait_until(lambda: running.service.desk.waiting == 5)
            checker.wait_for("0")
            wait_until(lambda: len(checker.submitted) == 2)
            checker.finish("0")
            other.join()
        assert len(answers) == 1


class TestEnding:
    def test_what_was_asked_is_answered_and_nothing_more_is_accepted(self) -> None:
        checker = ByHand()
        answers: list[object] = []
        with serving(checker, window=1) as running:
            client = threading.Thread(target=lambda: answers.append(running.check("a", "b")))
            client.start()
            checker.wait_for("0")
            running.server.tell_to_end()
            wait_until(lambda: _refuses(running.port))
            checker.finish("0")
            checker.wait_for("1")
            checker.finish("1")
            client.join()
        assert len(answers) == 1
        assert running.server.cut_off == 0

    def test_after_the_grace_the_rest_is_told_so(self) -> None:
        checker = ByHand()
        with serving(checker, grace=0.2) as running:
            with _post(running, "/api/check", _snippets(1)) as connection:
                checker.wait_for("0")
                running.server.tell_to_end()
                answer = connection.makefile("rb").read()
            assert answer.startswith(b"HTTP/1.1 503")
            assert b'"detail":"the service is ending"' in answer
        assert running.server.cut_off == 1
        assert checker.cancelled == ["0"]

    def test_a_stream_says_which_items_it_leaves_without_verdict(self) -> None:
        checker = ByHand()
        with serving(checker, grace=0.2) as running, _post_stream(running, 2) as connection:
            checker.wait_for("0", "1")
            checker.finish("1")
            lines = connection.makefile("rb")
            assert _next_result(lines)["index"] == 1
            running.server.tell_to_end()
            assert _next_result(lines) == {"index": 0, "error": "the service is ending"}


class TestState:
    def test_metrics_count_what_was_checked(self) -> None:
        with serving(AtOnce()) as running:
            running.check("a", "b")
            _, text = running.request("GET", "/metrics")
        assert 'numina_lean_checks_total{cached="false",verdict="proved"} 2.0' in text
        assert 'numina_lean_check_seconds_bucket{le="+Inf"} 2.0' in text
        assert "numina_lean_items_waiting 0.0" in text
        assert "numina_lean_processes_busy 0.0" in text

    def test_the_schema_names_every_endpoint(self, server: Running) -> None:
        _, schema = server.request("GET", "/api/openapi.json")
        assert set(schema["paths"]) == {"/api/check", "/verify", "/v1/check", "/health", "/metrics"}

    def test_the_schema_says_what_a_refusal_and_an_answer_look_like(self, server: Running) -> None:
        _, schema = server.request("GET", "/api/openapi.json")
        answers = schema["paths"]["/v1/check"]["post"]["responses"]
        assert {"200", "401", "413", "422", "429", "503"} <= set(answers)
        assert set(answers["200"]["content"]) == {"application/json", "application/x-ndjson"}
        assert "TypedResult" in schema["components"]["schemas"]

    def test_a_defect_of_a_checker_is_an_answer_for_its_item(self, server: Running) -> None:
        first, second = server.check("defect", "source")
        assert "error" in first
        assert second["numina_lean"]["verdict"] == "proved"


def _snippets(count: int) -> dict[str, object]:
    return {"snippets": [{"id": str(number), "code": "source"} for number in range(count)]}


def _post(running: Running, path: str, body: object, accept: str = "*/*") -> socket.socket:
    """A connection over which the request has been sent."""
    connection = socket.create_connection(("127.0.0.1", running.port))
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: {accept}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    )
    connection.sendall(head.encode() + data)
    return connection


def _post_stream(running: Running, count: int) -> socket.socket:
    items = [{"source": "source"} for _ in range(count)]
    return _post(running, "/v1/check", {"items": items}, "application/x-ndjson")


def _next_result(lines: Iterator[bytes]) -> dict[str, object]:
    """The next line of JSON, past the head and the marks between chunks."""
    result: dict[str, object] = next(json.loads(line) for line in lines if line.startswith(b"{"))
    return result


def _refuses(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return False
    except OSError:
        return True
