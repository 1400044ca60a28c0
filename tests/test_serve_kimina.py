"""The service as clients of Kimina Lean Server see it, over a real socket and with a real Lean."""

import asyncio
import sys
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import typing_extensions
from running_server import LEAN, Running, serving

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.report import Message, Position, Severity, Sorry
from numina_lean.serve.kimina import check_result
from numina_lean.serve.schema import CheckAnswer, TypedAnswer, VerifyAnswer

pytestmark = pytest.mark.lean

PROVED = "theorem t : 1 + 1 = 2 := rfl"


@pytest.fixture(scope="module")
def kimina() -> Any:
    """The published client, as it is: 0.2.1 takes a name from where Python 3.12 first has it."""
    original = typing.TypedDict
    if sys.version_info < (3, 12):
        typing.TypedDict = typing_extensions.TypedDict  # type: ignore[assignment]
    try:
        import kimina_client
    finally:
        typing.TypedDict = original  # type: ignore[assignment]
    return kimina_client


@pytest.fixture(scope="module")
def server(pool: Pool) -> Iterator[Running]:
    with serving(pool) as running:
        yield running


@pytest.fixture
def client(kimina: Any, server: Running) -> Any:
    return kimina.KiminaClient(server.url, n_retries=1)


def statuses(response: Any) -> dict[str, str]:
    return {each.id: each.analyze().status.value for each in response.results}


def test_the_clients_own_test_passes(client: Any) -> None:
    client.test()
    assert client.health()["status"] == "ok"


def test_the_client_tells_valid_from_sorry_from_error(kimina: Any, client: Any) -> None:
    codes = {
        "valid": PROVED,
        "sorry": "theorem t : 1 + 1 = 2 := by sorry",
        "lean_error": "theorem t : 1 + 1 = 3 := rfl",
        "server_error": "import Mathlib.Tactic.Ring\ntheorem t : 1 + 1 = 2 := rfl",
    }
    snippets = [kimina.Snippet(id=status, code=code) for status, code in codes.items()]
    response = client.check(snippets, batch_size=2, show_progress=False)
    assert statuses(response) == {status: status for status in codes}


def test_the_client_tells_a_timeout(client: Any) -> None:
    endless = "partial def spin (n : Nat) : Nat := spin (n + 1)\n#eval spin 0"
    (result,) = client.check(endless, timeout=1, show_progress=False).results
    assert result.analyze().status.value == "timeout_error"


def test_the_client_brings_the_key(kimina: Any, pool: Pool) -> None:
    with serving(pool, key="secret") as locked:
        client = kimina.KiminaClient(locked.url, api_key="secret", n_retries=1)
        client.test()
        stranger = kimina.KiminaClient(locked.url, api_key="guess", n_retries=1)
        with pytest.raises(RuntimeError):
            stranger.health()
        (result,) = stranger.check(PROVED, show_progress=False).results
        assert result.analyze().status.value == "server_error"


def test_the_asynchronous_client_works_as_well(kimina: Any, server: Running) -> None:
    async def check() -> Any:
        client = kimina.AsyncKiminaClient(server.url, n_retries=1)
        response = await client.check([PROVED] * 20, batch_size=3, show_progress=False)
        await client.close()
        return response

    response = asyncio.run(check())
    assert [each.analyze().status.value for each in response.results] == ["valid"] * 20


@pytest.mark.parametrize(
    "code",
    [
        "axiom cheat : False\ntheorem t : 1 = 2 := cheat.elim",
        "theorem t : 1 = 2 := by native_decide",
        "theorem t : 1 = 2 := sorryAx _",
        "unsafe def cheat : False := cheat\n@[implemented_by cheat] opaque c : Nat\n"
        "theorem t : True := trivial",
        'open Lean Elab Command in\nrun_cmd logInfo ""\ntheorem t : True := trivial',
        PROVED + "\n#exit\ntheorem u : 1 = 2 := rfl",
        "",
        "-- theorem t : 1 = 2 := rfl",
        "/- theorem t : 1 = 2 := rfl -/ #check Nat",
    ],
)
def test_no_cheat_is_valid_to_the_client(client: Any, code: str) -> None:
    (result,) = client.api_check([_snippet(code)], timeout=30).results
    assert result.analyze().status.value == "lean_error"


def _snippet(code: str) -> Any:
    import kimina_client

    return kimina_client.Snippet(id="cheat", code=code)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("severity", [None, "info", "warning", "error"])
@pytest.mark.parametrize("sorries", [(), (Sorry("⊢ False", Position(1, 0)),)])
@pytest.mark.parametrize("detail", [None, "timed out"])
def test_only_what_is_proved_is_valid_whatever_lean_said(
    kimina: Any,
    verdict: Verdict,
    severity: Severity | None,
    sorries: tuple[Sorry, ...],
    detail: str | None,
) -> None:
    messages = () if severity is None else (Message(severity, "text", Position(1, 0)),)
    outcome = Outcome(
        "a", verdict, LEAN, "", 0.0, detail=detail, messages=messages, sorries=sorries
    )
    item = Item("a", "theorem t : 1 = 2 := rfl")
    answer = kimina.ReplResponse.model_validate(check_result(item, outcome))
    status = answer.analyze().status.value
    assert (status == "valid") == (
        verdict is Verdict.PROVED and severity != "error" and not sorries
    )
    assert status != "sorry" or verdict in (Verdict.STATEMENT, Verdict.PROVED)
    assert status != "timeout_error" or verdict is Verdict.TIMEOUT


def test_the_typed_verdict_stands_beside_the_answer(server: Running) -> None:
    (result,) = server.check("axiom cheat : False\ntheorem t : 1 = 2 := cheat.elim")
    assert result["numina_lean"]["verdict"] == "rejected"
    assert result["numina_lean"]["reason"] == "axiom"


def test_an_answer_looks_like_that_of_the_repl(server: Running) -> None:
    (result,) = server.check("theorem t (n : Nat) : n = n := by\n  sorry")
    response = result["response"]
    assert set(response) == {"env", "messages", "sorries"}
    (message,) = response["messages"]
    assert message["severity"] == "warning"
    assert message["pos"] == {"line": 1, "column": 8}
    assert message["endPos"] == {"line": 1, "column": 9}
    (sorry,) = response["sorries"]
    assert sorry["goal"] == "n : Nat\n⊢ n = n"
    assert sorry["pos"] == {"line": 2, "column": 2}
    assert sorry["endPos"] == {"line": 2, "column": 7}


def test_verify_takes_proof_and_code_and_puts_the_time_within(server: Running) -> None:
    codes = [
        {"custom_id": 7, "proof": PROVED},
        {"custom_id": "b", "code": "example : 1 = 2 := rfl"},
    ]
    status, answer = server.request("POST", "/verify", {"codes": codes, "timeout": 30})
    assert status == 200
    first, second = answer["results"]
    assert first["custom_id"] == "7"
    assert first["response"]["time"] >= 0
    assert "messages" not in first["response"]
    assert second["response"]["messages"][0]["severity"] == "error"


def test_the_clients_model_takes_the_answer_of_verify(kimina: Any, server: Running) -> None:
    codes = [{"custom_id": "a", "proof": PROVED}]
    _, answer = server.request("POST", "/verify", {"codes": codes, "infotree_type": "full"})
    (result,) = kimina.VerifyResponse.model_validate(answer).results
    assert result["custom_id"] == "a"


def test_answers_are_what_the_documentation_says(server: Running) -> None:
    codes = [PROVED, "theorem t : 1 = 2 := by sorry", "theorem t : 1 = 2 := rfl", "import Mathlib"]
    snippets = [{"id": str(index), "code": code} for index, code in enumerate(codes)]
    body: dict[str, object] = {"snippets": snippets, "debug": True}
    CheckAnswer.model_validate(server.request("POST", "/api/check", body)[1])
    body = {"codes": [{"custom_id": index, "code": code} for index, code in enumerate(codes)]}
    VerifyAnswer.model_validate(server.request("POST", "/verify", body)[1])
    body = {"items": [{"source": code, "reference": codes[1]} for code in codes]}
    TypedAnswer.model_validate(server.request("POST", "/v1/check", body)[1])


def test_a_wish_for_an_infotree_gets_the_answer_without_one(kimina: Any, client: Any) -> None:
    response = client.check(PROVED, infotree=kimina.Infotree.original, show_progress=False)
    (result,) = response.results
    assert result.analyze().status.value == "valid"
    assert "infotree" not in result.response


def test_debug_and_no_reuse_are_taken(client: Any) -> None:
    (result,) = client.check(PROVED, debug=True, reuse=False, show_progress=False).results
    assert result.analyze().status.value == "valid"
    assert result.diagnostics == {}


class TestDefectsOfOthers:
    def test_snippets_without_header_do_not_see_each_other(self, server: Running) -> None:
        first, second, third = server.check(
            "theorem shared : 1 = 1 := rfl",
            "theorem uses : 1 = 1 := shared",
            "theorem shared : 2 = 2 := rfl",
        )
        assert first["numina_lean"]["verdict"] == "proved"
        assert second["numina_lean"]["verdict"] == "error"
        assert third["numina_lean"]["verdict"] == "proved"

    def test_an_error_in_the_header_is_told(self, server: Running) -> None:
        (result,) = server.check("import Lean.NoSuchModule\ntheorem t : 1 = 1 := rfl")
        assert "Lean.NoSuchModule" in result["error"]
        (result,) = server.check("import Init\nopen NoSuchNamespace\ntheorem t : 1 = 1 := rfl")
        (error,) = result["response"]["messages"]
        assert error["severity"] == "error"
        assert error["pos"]["line"] == 2

    def test_an_import_is_not_taken_for_another(self, server: Running) -> None:
        (result,) = server.check("import Mathlib.Data.Nat.Basic\ntheorem t : 1 = 1 := rfl")
        assert result["error"].endswith("does not have Mathlib.Data.Nat.Basic")

    def test_an_answer_of_more_than_64_kib_comes_whole(self, server: Running) -> None:
        (result,) = server.check('#check "' + "x" * 100_000 + '"')
        assert len(result["response"]["messages"][0]["data"]) > 100_000

    def test_a_crash_costs_its_own_snippet_only(self, server: Running) -> None:
        results = server.check(PROVED, "#eval (IO.Process.exit 3 : IO Unit)", PROVED)
        verdicts = [each["numina_lean"]["verdict"] for each in results]
        assert verdicts == ["proved", "crashed", "proved"]
        assert results[1]["error"].startswith("crashed")

    def test_what_lean_writes_to_its_streams_blocks_nothing(self, server: Running) -> None:
        noise = (
            "def noise : Nat → IO Unit\n  | 0 => pure ()\n"
            f'  | n + 1 => do IO.eprintln "{"x" * 100}"; noise n\n#eval noise 5000'
        )
        assert [each["numina_lean"]["verdict"] for each in server.check(noise, PROVED)] == [
            "proved",
            "proved",
        ]


def test_hundreds_of_requests_at_once_each_get_their_own_answer(server: Running) -> None:
    async def one(number: int) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        right = number if number % 3 else number + 1
        code = f"theorem t{number} : {number} + 0 = {right} := rfl"
        body = f'{{"snippets":[{{"id":"n{number}","code":"{code}"}}]}}'.encode()
        writer.write(
            b"POST /api/check HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
            b"content-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(body), body)
        )
        answer = await reader.read()
        writer.close()
        return number, answer

    async def all_at_once() -> list[tuple[int, bytes]]:
        return await asyncio.gather(*map(one, range(1, 201)))

    for number, answer in asyncio.run(all_at_once()):
        assert answer.startswith(b"HTTP/1.1 200")
        assert f'"id": "n{number}"'.encode() in answer
        verdict = b'"verdict": "proved"' if number % 3 else b'"verdict": "error"'
        assert verdict in answer
