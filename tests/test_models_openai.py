"""The OpenAI-compatible backend against a server that answers as badly as servers do."""

import asyncio
import json
import random
from collections.abc import Coroutine
from email.utils import formatdate
from typing import Any, TypeVar

import pytest
from rude_server import (
    LISTING_OF_VLLM,
    Answer,
    RudeServer,
    Write,
    event,
    rude_server,
    said,
    streamed,
)

from numina_lean.models import endpoint, retry
from numina_lean.models.choose import open_model
from numina_lean.models.failure import requested_pause
from numina_lean.models.model import (
    Completion,
    Message,
    ModelError,
    ModelUnavailableError,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.models.options import ModelOptions
from numina_lean.models.retry import pause_before

T = TypeVar("T")

PLAIN = Sampling()
PROMPT = Prompt((Message("system", "s"), Message("user", "q")))


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no endpoint of the user's, and no pause worth the name between attempts."""
    for name in ("NUMINA_LEAN_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.001)


def run(test: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(test)


async def ask(
    server: RudeServer,
    prompt: Prompt = PROMPT,
    sampling: Sampling = PLAIN,
    samples: int = 1,
    **options: Any,
) -> Reply:
    async with open_model("openai:m", ModelOptions(base_url=server.url, **options)) as model:
        return await model.complete(prompt, sampling, samples=samples)


async def pieces_of(
    server: RudeServer, sampling: Sampling = PLAIN, prompt: Prompt = PROMPT, **options: Any
) -> list[str | Completion]:
    async with open_model("openai:m", ModelOptions(base_url=server.url, **options)) as model:
        return [piece async for piece in model.stream(prompt, sampling)]


def texts(reply: Reply) -> list[str]:
    return [one.text for one in reply.completions]


def test_each_sample_is_a_request_with_its_own_seed() -> None:
    async def test() -> tuple[Reply, list[dict[str, object]]]:
        async with rude_server(lambda asked: said(f"seed {asked['seed']}")) as server:
            sampling = Sampling(0.6, 0.95, top_k=20, max_tokens=99, stop=("```",), seed=40)
            return await ask(server, sampling=sampling, samples=3), server.asked

    reply, asked = run(test())
    assert texts(reply) == ["seed 40", "seed 41", "seed 42"]
    assert [one.sample for one in reply.completions] == [0, 1, 2]
    assert reply.usage == Usage(33, 15, 12)
    expected = {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}],
        "temperature": 0.6,
        "top_p": 0.95,
        "top_k": 20,
        "max_tokens": 99,
        "stop": ["```"],
        "seed": 40,
    }
    assert {**asked[0], "seed": 40, "stream": None} == expected | {"stream": None}


@pytest.mark.parametrize(
    "failure",
    [
        Answer({"error": {"message": "later"}}, 429, {"Retry-After": "0"}),
        Answer(b"<html>Bad gateway</html>", 502),
        Answer({"error": "overloaded"}, 503),
        Answer(None, 500),
        Answer(None, 408),
        Answer(None, 409),
        Answer(b"<html>hello</html>"),
        Answer(b'{"choices": ['),
        Answer({"choices": []}),
        Answer({"choices": [None]}),
        Answer({"choices": None}),
        Answer([1, 2]),
        Answer({"choices": [{"index": 0}]}),
        Answer(b"\xff\xfe"),
        Answer(b"[" * 200_000),
        Answer(lambda write: write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")),
        Answer(lambda write: write(b"")),
        Answer(lambda write: write(b"no HTTP at all\r\n\r\n")),
    ],
    ids=lambda answer: "" if callable(answer.body) else f"{answer.status} {str(answer.body)[:30]}",
)
def test_what_may_pass_is_tried_again(failure: Answer) -> None:
    async def test() -> tuple[Reply, int]:
        async with rude_server([failure, failure, said("fine")]) as server:
            return await ask(server), len(server.asked)

    reply, attempts = run(test())
    assert texts(reply) == ["fine"]
    assert attempts == 3


def test_attempts_come_to_an_end() -> None:
    async def test(retries: int) -> int:
        async with rude_server([Answer({"error": {"message": "down"}}, 500)]) as server:
            with pytest.raises(ModelError, match=r"HTTP 500: down \(\d attempts\)") as raised:
                await ask(server, retries=retries)
            assert raised.value.reason == "failed"
            return len(server.asked)

    assert run(test(0)) == 1
    assert run(test(3)) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer({"error": {"message": "no", "code": "content_filter"}}, 400), "refused"),
        (Answer({"detail": "Unexpected fields"}, 422), "refused"),
        (Answer({"error": {"message": "flagged"}}, 403), "refused"),
        (Answer({"error": {"message": "x", "code": "context_length_exceeded"}}, 400), "too_long"),
        (
            Answer({"message": "This model's maximum context length is 64 tokens. However"}, 400),
            "too_long",
        ),
        (Answer(b"", 413), "too_long"),
    ],
)
def test_what_will_not_pass_fails_the_request_at_once(answer: Answer, reason: str) -> None:
    async def test() -> int:
        async with rude_server([answer]) as server:
            with pytest.raises(ModelError) as raised:
                await ask(server)
            assert raised.value.reason == reason
            return len(server.asked)

    assert run(test()) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer({"error": {"message": "bad key"}}, 401), "NUMINA_LEAN_API_KEY"),
        (Answer({"error": {"message": "no model m"}}, 404), "no model m"),
        (Answer({"error": {"message": "pay"}}, 402), "payment"),
        (Answer({"error": {"message": "x", "code": "insufficient_quota"}}, 429), "quota"),
    ],
)
def test_what_no_request_will_pass_ends_the_run(answer: Answer, says: str) -> None:
    async def test() -> int:
        async with rude_server([answer]) as server:
            with pytest.raises(ModelUnavailableError, match=says):
                await ask(server)
            return len(server.asked)

    assert run(test()) == 1


def test_an_endpoint_that_is_not_there_is_named_when_it_is_opened() -> None:
    async def test() -> None:
        async with rude_server([]) as server:
            url = server.url
        async with open_model("openai:m", ModelOptions(base_url=url)):
            pass

    with pytest.raises(ModelUnavailableError, match=r"127\.0\.0\.1:\d+/v1/ cannot be reached"):
        run(test())


def test_a_key_that_is_not_accepted_is_said_when_the_endpoint_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        async with rude_server([said("x")], listing=Answer({"error": "no"}, 401)) as server:
            await ask(server)

    with pytest.raises(ModelUnavailableError, match="NUMINA_LEAN_API_KEY"):
        run(test())
    with pytest.raises(ModelUnavailableError, match="no key"):
        run(ask(RudeServer("https://api.openai.com/v1")))


def test_our_key_goes_before_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    monkeypatch.setenv("NUMINA_LEAN_API_KEY", "ours")

    async def test() -> list[str]:
        async with rude_server([said("x")]) as server:
            await ask(server)
            return server.keys

    assert run(test()) == ["bearer ours"]


@pytest.mark.parametrize("listing", [Answer(None, 404), Answer([1]), Answer({"data": [3]})])
def test_an_endpoint_need_not_list_its_models(listing: Answer) -> None:
    async def test() -> Reply:
        async with rude_server([said("x")], listing=listing) as server:
            return await ask(server)

    assert texts(run(test())) == ["x"]


@pytest.mark.parametrize(
    ("answer", "text", "finish"),
    [
        (said(None), "", "stop"),
        (said(3), "", "stop"),
        (said([{"type": "text", "text": "a"}, {"type": "image"}, 3]), "a", "stop"),
        (said("a", "length"), "a", "length"),
        (said("a", "content_filter"), "a", "stop"),
        (said("a", None), "a", "stop"),
        (said("b", reasoning_content="a"), "<think>\na\n</think>\n\nb", "stop"),
        (said("b", reasoning="a"), "<think>\na\n</think>\n\nb", "stop"),
        (said(None, "length", reasoning_content="a"), "<think>\na\n</think>\n\n", "length"),
    ],
)
def test_odd_answers_are_answers(answer: Answer, text: str, finish: str) -> None:
    async def test() -> Reply:
        async with rude_server([answer]) as server:
            return await ask(server)

    (completion,) = run(test()).completions
    assert (completion.text, completion.finish) == (text, finish)


def test_counts_that_are_none_count_nothing() -> None:
    async def test(usage: object) -> Usage:
        choice = {"message": {"content": "a"}, "finish_reason": "stop"}
        async with rude_server([Answer({"choices": [choice], "usage": usage})]) as server:
            return (await ask(server)).usage

    for usage in (None, 3, {"prompt_tokens": "many"}, {"completion_tokens": -4}):
        assert run(test(usage)) == Usage()


def test_a_body_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "BODY_LIMIT", 100_000)

    async def flood(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            await write(b" " * 50_000)

    async def test(answer: Answer) -> None:
        async with rude_server([answer]) as server:
            await ask(server)

    async def flood_error(write: Write) -> None:
        await write(b"HTTP/1.1 400 No\r\n\r\n")
        while True:
            await write(b" " * 50_000)

    for answer in (Answer(flood), Answer(flood_error)):
        with pytest.raises(ModelError, match="more than 100000 bytes"):
            run(test(answer))
    with pytest.raises(ModelError, match="compressed"):
        run(test(Answer(b"x", 200, {"Content-Encoding": "gzip"})))


def test_an_answer_that_does_not_come_is_given_up_and_asked_for_again() -> None:
    async def silence(write: Write) -> None:
        await asyncio.Event().wait()

    async def drip(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await write(b" ")
            await asyncio.sleep(0.01)

    async def test() -> tuple[Reply, int]:
        async with rude_server([Answer(silence), Answer(drip), said("at last")]) as server:
            reply = await ask(server, timeout=0.3)
            return reply, server.left

    reply, left = run(test())
    assert texts(reply) == ["at last"]
    assert left == 2


def test_cancelling_the_task_closes_the_connection() -> None:
    async def silence(write: Write) -> None:
        await asyncio.Event().wait()

    async def test() -> int:
        async with rude_server([Answer(silence)]) as server:
            task = asyncio.create_task(ask(server, samples=3))
            while server.in_flight < 3:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while server.in_flight:
                await asyncio.sleep(0.01)
            return server.left

    assert run(test()) == 3


def test_one_sample_that_fails_ends_the_others() -> None:
    async def silence(write: Write) -> None:
        await asyncio.Event().wait()

    def answer(asked: dict[str, object]) -> Answer:
        return Answer({"error": "no"}, 400) if asked["seed"] == 1 else Answer(silence)

    async def test() -> int:
        async with rude_server(answer) as server:
            with pytest.raises(ModelError):
                await ask(server, sampling=Sampling(seed=0), samples=3)
            while server.in_flight:
                await asyncio.sleep(0.01)
            return len(server.asked)

    assert run(test()) <= 3


def test_no_more_requests_are_in_flight_than_allowed() -> None:
    async def slowly(write: Write) -> None:
        await asyncio.sleep(0.02)
        body = json.dumps(said("x").body).encode()
        await write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    async def test() -> int:
        async with rude_server([Answer(slowly)]) as server:
            await ask(server, samples=20, concurrency=4)
            return server.most_in_flight

    assert run(test()) == 4


def test_a_pause_that_the_server_asks_for_holds_for_all_tasks() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def test() -> None:
        first = endpoint.Endpoint("openai:m", ModelOptions(base_url="http://x"), sleep=sleep)
        await first.wait(1, retry.TransientError("busy", pause=30.0))
        with pytest.raises(ModelError, match="busy"):
            await first.wait(1, retry.TransientError("busy", pause=3600.0))
        await first.close()

    run(test())
    assert len(slept) == 1
    assert 30.0 <= slept[0] <= 31.0


def test_a_pause_is_read_in_every_form() -> None:
    assert requested_pause({"retry-after": "7"}) == 7
    assert requested_pause({"retry-after-ms": "250", "retry-after": "7"}) == 0.25
    assert requested_pause({"retry-after": formatdate(1_000_060)}, now=1_000_000.0) == 60
    assert requested_pause({"retry-after": formatdate(1_000_000)}, now=1_000_060.0) == 0
    for nonsense in ("soon", "-3", "nan", "inf", "", "Fri, 99 Foo"):
        assert requested_pause({"retry-after": nonsense}) is None
    assert requested_pause({}) is None


def test_pauses_grow_and_are_jittered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    chance = random.Random(0)
    drawn = {
        attempt: [pause_before(attempt, None, chance) for _ in range(200)]
        for attempt in (1, 2, 5, 40)
    }
    for attempt, most in ((1, 0.5), (2, 1.0), (5, 8.0), (40, 60.0)):
        assert 0 <= min(drawn[attempt]) < most / 10
        assert most * 0.9 < max(drawn[attempt]) <= most
    assert pause_before(1, 5.0, chance) >= 5.0


SCHEMA = '{"type": "object"}'


def test_a_schema_is_enforced_where_the_endpoint_can() -> None:
    async def test() -> list[dict[str, object]]:
        async with rude_server([said("{}")]) as server:
            await ask(server, Prompt(PROMPT.messages, schema=SCHEMA))
            return server.asked

    (asked,) = run(test())
    wanted = {"name": "answer", "schema": {"type": "object"}, "strict": True}
    assert asked["response_format"] == {"type": "json_schema", "json_schema": wanted}


def test_a_schema_that_is_refused_is_left_out_and_for_good_if_schemas_are() -> None:
    def answer(complaint: str) -> Any:
        def answers(asked: dict[str, object]) -> Answer:
            return Answer({"error": complaint}, 400) if "response_format" in asked else said("{}")

        return answers

    async def test(complaint: str) -> list[bool]:
        prompt = Prompt(PROMPT.messages, schema=SCHEMA)
        async with (
            rude_server(answer(complaint)) as server,
            open_model("openai:m", ModelOptions(base_url=server.url)) as model,
        ):
            await model.complete(prompt, Sampling())
            await model.complete(prompt, Sampling())
            return ["response_format" in asked for asked in server.asked]

    assert run(test("response_format is not supported")) == [True, False, False]
    assert run(test("this grammar has no end")) == [True, False, True, False]


def test_a_newer_name_of_the_limit_is_learnt() -> None:
    def answers(asked: dict[str, object]) -> Answer:
        if "max_tokens" in asked:
            return Answer({"error": "'max_tokens' is old. Use 'max_completion_tokens'"}, 400)
        return said("x")

    async def test() -> list[bool]:
        async with (
            rude_server(answers) as server,
            open_model("openai:m", ModelOptions(base_url=server.url)) as model,
        ):
            for _ in range(2):
                await model.complete(PROMPT, Sampling())
            return ["max_tokens" in asked for asked in server.asked]

    assert run(test()) == [True, False, False]


def test_a_prefill_is_continued_and_an_echo_of_it_taken_off() -> None:
    prompt = Prompt(PROMPT.messages, prefill="theorem ")

    async def test(answer: Answer) -> tuple[str, dict[str, object]]:
        async with rude_server([answer]) as server:
            return texts(await ask(server, prompt))[0], server.asked[0]

    text, asked = run(test(said("theorem x : True")))
    assert text == "x : True"
    assert asked["messages"] == [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "theorem "},
    ]
    assert asked["continue_final_message"] is True
    assert asked["add_generation_prompt"] is False
    assert run(test(said("x : True")))[0] == "x : True"


STOPS = Sampling(stop=("```", "END"))
KEPT = Sampling(stop=("```", "END"), keep_stop=True)


def test_a_text_ends_before_its_first_stop_string_whatever_the_server_does() -> None:
    async def test(text: str) -> Completion:
        async with rude_server([said(text, "length")]) as server:
            return (await ask(server, sampling=STOPS)).completions[0]

    assert run(test("a END b ```")) == Completion(0, "a ", "stop", Usage(11, 5, 4))
    assert run(test("a EN")).finish == "length"


def test_a_stop_string_is_kept_by_vllm_itself() -> None:
    async def test() -> tuple[str, dict[str, object]]:
        async with rude_server([said("a ```")], listing=Answer(LISTING_OF_VLLM)) as server:
            return texts(await ask(server, sampling=KEPT))[0], server.asked[0]

    text, asked = run(test())
    assert text == "a ```"
    assert asked["include_stop_str_in_output"] is True
    assert asked["stop"] == ["```", "END"]


def test_elsewhere_a_stop_string_is_kept_by_ending_the_stream_there() -> None:
    events = [event("a "), event("`"), event("``"), *[event("x")] * 50]

    async def test() -> tuple[Reply, RudeServer]:
        async with rude_server([streamed(*events, hang=True)]) as server:
            reply = await ask(server, sampling=KEPT)
            while server.in_flight:
                await asyncio.sleep(0.01)
            return reply, server

    reply, server = run(test())
    assert reply.completions[0].text == "a ```"
    assert reply.completions[0].finish == "stop"
    assert reply.usage.completion > 0
    assert "stop" not in server.asked[0]
    assert server.left == 1


def test_a_stream_comes_piece_by_piece_and_last_as_a_whole() -> None:
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}\n\n'
    events = [
        b": comment\n\nevent: ping\r\n\r\n",
        event("", role="assistant"),
        event("ab"),
        event("cE"),
        event("NX"),
        event(None, "length"),
        usage,
        b"data: [DONE]\n\n",
    ]

    async def test(pieces: list[bytes]) -> list[str | Completion]:
        async with rude_server([streamed(*pieces)]) as server:
            return await pieces_of(server, STOPS)

    whole = Completion(0, "abcENX", "length", Usage(7, 3))
    assert run(test(events)) == ["ab", "c", "ENX", whole]
    single = [bytes([byte]) for byte in b"".join(events)]
    assert run(test(single)) == ["ab", "c", "ENX", whole]


def test_thoughts_in_a_stream_are_put_back() -> None:
    events = [
        event(reasoning_content="so "),
        event(reasoning_content="be it"),
        event("text"),
        event(None, "stop"),
    ]

    async def test() -> list[str | Completion]:
        async with rude_server([streamed(*events)]) as server:
            return await pieces_of(server)

    *pieces, whole = run(test())
    assert isinstance(whole, Completion)
    assert whole.text == "<think>\nso be it\n</think>\n\ntext"
    assert "".join(str(piece) for piece in pieces) == whole.text


def test_a_streamed_echo_of_the_prefill_is_taken_off() -> None:
    async def test(*parts: str) -> str:
        events = [*map(event, parts), event(None, "stop")]
        async with rude_server([streamed(*events)]) as server:
            prompt = Prompt(PROMPT.messages, prefill="theorem ")
            whole = (await pieces_of(server, prompt=prompt))[-1]
            assert isinstance(whole, Completion)
            return whole.text

    assert run(test("theo", "rem x", " y")) == "x y"
    assert run(test("theo", "ry")) == "theory"
    assert run(test("theo")) == "theo"


def test_a_stream_that_breaks_before_its_first_piece_is_asked_for_again() -> None:
    bad = [
        Answer(None, 503),
        streamed(),
        streamed(b"data: {nonsense\n\n"),
        streamed(b'data: {"error": "out of memory"}\n\n'),
    ]

    async def test() -> list[str | Completion]:
        async with rude_server([*bad, streamed(event("x"), event(None, "stop"))]) as server:
            return await pieces_of(server)

    assert run(test())[0] == "x"


@pytest.mark.parametrize("end", [b"", b'data: {"error": "gone"}\n\n', b"data: {\n\n"])
def test_a_stream_that_breaks_later_fails(end: bytes) -> None:
    async def test() -> list[str]:
        seen: list[str] = []
        async with (
            rude_server([streamed(event("x"), end)]) as server,
            open_model("openai:m", ModelOptions(base_url=server.url)) as model,
        ):
            with pytest.raises(ModelError) as raised:
                async for piece in model.stream(PROMPT, Sampling()):
                    seen.append(str(piece))
            assert raised.value.reason == "failed"
            assert len(server.asked) == 1
        return seen

    assert run(test()) == ["x"]


def test_closing_a_stream_closes_the_connection() -> None:
    async def test() -> int:
        async with (
            rude_server([streamed(event("x"), hang=True)]) as server,
            open_model("openai:m", ModelOptions(base_url=server.url)) as model,
        ):
            stream = model.stream(PROMPT, Sampling())
            assert await anext(stream) == "x"
            await stream.aclose()  # type: ignore[attr-defined]
            while server.in_flight:
                await asyncio.sleep(0.01)
            return server.left

    assert run(test()) == 1


def test_what_no_json_can_say_is_replaced() -> None:
    async def test() -> object:
        async with rude_server([said("x")]) as server:
            await ask(server, Prompt((Message("user", "a\ud800b\0"),)))
            return server.asked[0]["messages"]

    assert run(test()) == [{"role": "user", "content": "a?b\0"}]


def test_the_pace_keeps_to_the_limits_for_an_hour() -> None:

    from numina_lean.models.pace import Pace

    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        await asyncio.sleep(0)

    async def test(requests: float | None, tokens: float | None, taken: int, used: int) -> float:
        nonlocal now
        now = 0.0
        pace = Pace(requests, tokens, clock=lambda: now, sleep=sleep)
        for _ in range(600):
            await pace.start(taken)
            pace.settle(taken, used)
        return now

    assert run(test(60, None, 5, 5)) == pytest.approx(600, abs=2)
    assert run(test(None, 6000, 1000, 1000)) == pytest.approx(6000, rel=0.01)
    assert run(test(None, 6000, 1000, 10)) == pytest.approx(60, abs=12)
    assert run(test(30, 6000, 1000, 10)) == pytest.approx(1200, abs=5)
