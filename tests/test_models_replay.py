"""Recording and replaying: what was said is said again, byte for byte, whatever was killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.errors import InputError
from numina_lean.models.choose import open_model
from numina_lean.models.model import (
    Completion,
    Message,
    ModelError,
    Prompt,
    Reply,
    Sampling,
    Usage,
)
from numina_lean.models.offsets import Offsets
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder
from numina_lean.models.recorded import key_of, line_of, read_line
from numina_lean.models.recording import Recording
from numina_lean.models.replay import Replay
from numina_lean.models.requests import BATCH_DIALECT, RequestFile


class Counting:
    """Answers each sample with a text never given before, so that a second asking shows."""

    name = "openai:counting"

    def __init__(self, odd: str = "") -> None:
        self.asked = 0
        self.odd = odd

    async def complete(
        self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
    ) -> Reply:
        await asyncio.sleep(0)
        completions = []
        for sample in range(first, first + samples):
            self.asked += 1
            text = f"{self.odd}answer {self.asked} to {prompt.messages[0].content}"
            completions.append(Completion(sample, text, "stop", Usage(7, self.asked, 3)))
        return Reply.of(completions, 0.25)

    async def stream(
        self, prompt: Prompt, sampling: Sampling, *, sample: int = 0
    ) -> AsyncIterator[str | Completion]:
        reply = await self.complete(prompt, sampling, first=sample)
        for letter in reply.completions[0].text:
            yield letter
        yield reply.completions[0]

    async def close(self) -> None:
        pass


def asking(content: str, schema: str | None = None) -> Prompt:
    return Prompt((Message("user", content),), schema=schema)


SEEDED = Sampling(seed=10, stop=("```",))


def test_a_replay_gives_what_was_recorded_byte_for_byte(tmp_path: Path) -> None:
    async def record_and_replay() -> tuple[list[Reply], list[Reply]]:
        recorder = Recorder(Counting("∀ \ud800 \0 \r\n \u2028 \U0001f600 "), tmp_path / "r.jsonl")
        said = [
            await recorder.complete(asking(f"q{n}"), sampling, samples=3, first=n)
            for n in range(4)
            for sampling in (SEEDED, Sampling())
        ]
        await recorder.close()
        async with open_model(f"replay:{tmp_path / 'r.jsonl'}") as replay:
            return said, [
                await replay.complete(asking(f"q{n}"), sampling, samples=3, first=n)
                for n in range(4)
                for sampling in (SEEDED, Sampling())
            ]

    said, again = asyncio.run(record_and_replay())
    assert [(one.completions, one.usage) for one in again] == [
        (one.completions, one.usage) for one in said
    ]
    assert [one.sample for one in again[-1].completions] == [3, 4, 5]


def test_what_decides_a_text_is_in_its_key_and_nothing_else_is() -> None:
    key = key_of(asking("q"), SEEDED, 2)
    assert key == key_of(asking("q"), Sampling(seed=12, stop=("```",)), 0)
    assert key == key_of(asking("q"), Sampling(temperature=1, seed=10, stop=("```",)), 2)
    others = [
        (asking("Q"), SEEDED, 2),
        (asking("q", schema="{}"), SEEDED, 2),
        (asking("q"), SEEDED, 3),
        (asking("q"), Sampling(seed=10), 2),
        (asking("q"), Sampling(seed=10, stop=("```",), keep_stop=True), 2),
        (asking("q"), Sampling(seed=10, stop=("```",), top_k=5), 2),
        (asking("q"), Sampling(seed=10, stop=("```",), max_tokens=9), 2),
        (asking("q"), Sampling(stop=("```",)), 12),
    ]
    assert len({key, *(key_of(*other) for other in others)}) == len(others) + 1


def test_a_completion_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    async def ask() -> None:
        recorder = Recorder(Counting(), tmp_path / "r.jsonl")
        await recorder.complete(asking("q"), SEEDED, samples=2)
        await recorder.close()
        await Replay(tmp_path / "r.jsonl").complete(asking("q"), SEEDED, samples=3)

    with pytest.raises(ModelError, match=r"no sample 2 of prompt \w{12} \(seed 10") as raised:
        asyncio.run(ask())
    assert raised.value.reason == "not_recorded"


def test_a_run_again_asks_only_for_what_the_file_lacks(tmp_path: Path) -> None:
    async def run(samples: int) -> tuple[Counting, Reply]:
        model = Counting()
        recorder = Recorder(model, tmp_path / "r.jsonl")
        reply = await recorder.complete(asking("q"), SEEDED, samples=samples)
        await recorder.close()
        return model, reply

    _, first = asyncio.run(run(2))
    before = (tmp_path / "r.jsonl").read_bytes()
    again, second = asyncio.run(run(2))
    assert again.asked == 0
    assert (second.completions, second.usage) == (first.completions, first.usage)
    assert (tmp_path / "r.jsonl").read_bytes() == before
    more, third = asyncio.run(run(5))
    assert more.asked == 3
    assert third.completions[:2] == first.completions


def test_samples_that_are_recorded_are_not_asked_for_among_others_that_are_not(
    tmp_path: Path,
) -> None:
    async def run() -> Reply:
        recorder = Recorder(Counting(), tmp_path / "r.jsonl")
        await recorder.complete(asking("q"), SEEDED, samples=1, first=2)
        await recorder.complete(asking("q"), SEEDED, samples=1, first=4)
        return await recorder.complete(asking("q"), SEEDED, samples=7)

    reply = asyncio.run(run())
    numbers = [int(one.text.split()[1]) for one in reply.completions]
    assert [one.sample for one in reply.completions] == list(range(7))
    assert (numbers[2], numbers[4]) == (1, 2)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6, 7]


def test_a_sample_is_kept_though_its_neighbour_fails(tmp_path: Path) -> None:
    class Failing(Counting):
        async def complete(
            self, prompt: Prompt, sampling: Sampling, *, samples: int = 1, first: int = 0
        ) -> Reply:
            if first == 2:
                await asyncio.sleep(0.01)
                raise ModelError("failed", "as asked")
            return await super().complete(prompt, sampling, samples=samples, first=first)

    async def run() -> int:
        recorder = Recorder(Failing(), tmp_path / "r.jsonl")
        with pytest.raises(ModelError, match="as asked"):
            await recorder.complete(asking("q"), SEEDED, samples=3)
        return len(recorder.recording)

    assert asyncio.run(run()) == 2


def test_tasks_that_ask_for_one_sample_at_once_all_get_the_one_recorded(tmp_path: Path) -> None:
    async def run() -> set[str]:
        recorder = Recorder(Counting(), tmp_path / "r.jsonl")
        replies = await asyncio.gather(*(recorder.complete(asking("q"), SEEDED) for _ in range(20)))
        await recorder.close()
        return {reply.completions[0].text for reply in replies}

    assert len(asyncio.run(run())) == 1
    assert len((tmp_path / "r.jsonl").read_bytes().splitlines()) == 1


def test_two_models_share_a_file_and_do_not_answer_for_each_other(tmp_path: Path) -> None:
    class Other(Counting):
        name = "openai:other"

    async def run() -> tuple[int, int]:
        recording = Recording(tmp_path / "r.jsonl", append=True)
        one, other = Counting(), Other()
        for _ in range(2):
            await Recorder(one, recording).complete(asking("q"), SEEDED)
            await Recorder(other, recording).complete(asking("q"), SEEDED)
        recording.close()
        return one.asked, other.asked

    assert asyncio.run(run()) == (1, 1)


def test_a_stream_is_recorded_when_it_ends_and_replayed(tmp_path: Path) -> None:
    async def run() -> tuple[list[str | Completion], list[str | Completion]]:
        recorder = Recorder(Counting(), tmp_path / "r.jsonl")
        broken = recorder.stream(asking("q"), SEEDED)
        await anext(broken)
        assert len(recorder.recording) == 0
        said = [piece async for piece in recorder.stream(asking("q"), SEEDED)]
        await recorder.close()
        replay = Replay(tmp_path / "r.jsonl")
        return said, [piece async for piece in replay.stream(asking("q"), SEEDED)]

    said, again = asyncio.run(run())
    assert len(said) > 2
    assert again == ["".join(str(piece) for piece in said[:-1]), said[-1]]


WRITER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_models_replay import Counting, asking, SEEDED
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder

async def main():
    recorder = Recorder(Counting("x" * 5000), Path(sys.argv[1]))
    for number in range(100_000):
        await recorder.complete(asking(f"q{number}"), SEEDED)
        print(number, flush=True)

asyncio.run(main())
"""


def test_a_kill_takes_no_completion_that_was_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    here = str(Path(__file__).parent)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), here], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(50):
        last = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    last = max([last, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    writer.wait()
    with path.open("ab") as stream:
        stream.write(b'{"key": "0123')  # what a kill in the middle of a write leaves
    assert len(Recording(path)) >= last + 1

    async def go_on() -> int:
        model = Counting("x" * 5000)
        recorder = Recorder(model, path)
        for number in range(last + 1):
            await recorder.complete(asking(f"q{number}"), SEEDED)
        await recorder.complete(asking("new"), SEEDED)
        await recorder.close()
        return model.asked

    assert asyncio.run(go_on()) == 1
    for line in path.read_bytes().splitlines():
        json.loads(line)


def test_every_cut_of_a_file_reads_as_the_lines_before_it(tmp_path: Path) -> None:
    lines = [
        line_of("m", asking(f"q{n}"), SEEDED, Completion(0, "t", "stop"), 0.0) for n in range(3)
    ]
    whole = b"".join(lines)
    path = tmp_path / "r.jsonl"
    for cut in range(0, len(whole) + 1, 9):
        path.write_bytes(whole[:cut])
        expected = sum(
            cut >= sum(map(len, lines[: n + 1])) - 1  # the end of the line may be missing
            for n in range(3)
        )
        assert len(Recording(path)) == expected
        recording = Recording(path, append=True)
        recording.add(
            key_of(asking("new"), SEEDED, 0),
            line_of("m", asking("new"), SEEDED, Completion(0, "t", "stop"), 0.0),
        )
        recording.close()
        assert len(Recording(path)) == expected + 1


def test_one_process_records_to_a_file_at_a_time(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "r.jsonl", append=True)
    with pytest.raises(InputError, match="another process records"):
        Recording(tmp_path / "r.jsonl", append=True)
    recording.close()
    Recording(tmp_path / "r.jsonl", append=True).close()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"theorem\n", "no JSON"),
        (b"[1]\n", "no JSON object"),
        (b'{"prompt": "q"}\n', "neither"),
        (b"[" * 100_000 + b"\n", "no JSON"),
        (b'{"key": ' + b"9" * 5000 + b"}\n", "no JSON"),
    ],
)
def test_a_file_of_something_else_is_named_with_its_line(
    tmp_path: Path, line: bytes, says: str
) -> None:
    (tmp_path / "r.jsonl").write_bytes(line)
    with pytest.raises(InputError, match=rf"r.jsonl line 1: .*{says}"):
        Recording(tmp_path / "r.jsonl")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": 3},
        {"finish": "tool_calls"},
        {"usage": {"prompt": "many"}},
        {"sample": None},
        {"seconds": "long"},
    ],
)
def test_a_line_with_wrong_fields_fails_its_own_request_only(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    good = line_of("m", asking("good"), SEEDED, Completion(0, "t", "stop"), 0.0)
    bad = line_of("m", asking("bad"), SEEDED, Completion(0, "t", "stop"), 0.0)
    path = tmp_path / "r.jsonl"
    path.write_bytes(json.dumps(json.loads(bad) | fields).encode() + b"\n" + good)
    replay = Replay(path)
    with pytest.raises(ModelError, match="at byte 0") as raised:
        asyncio.run(replay.complete(asking("bad"), SEEDED))
    assert raised.value.reason == "failed"
    assert asyncio.run(replay.complete(asking("good"), SEEDED)).completions[0].text == "t"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: No such file"):
        Replay(tmp_path / "none.jsonl")


def answers_of(requests: Path, say: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """What a batch writes when it has answered each line of requests."""
    lines = []
    for line in requests.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        assert (request["method"], request["url"]) == ("POST", "/v1/chat/completions")
        answer = {"id": "batch_1", "custom_id": request["custom_id"], **say(request["body"])}
        lines.append(json.dumps(answer))
    return "\n".join(lines)


def chat(text: str, **message: object) -> dict[str, Any]:
    choice = {"message": {"content": text, **message}, "finish_reason": "length"}
    body = {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    return {"response": {"status_code": 200, "request_id": "x", "body": body}, "error": None}


def test_what_is_missing_goes_out_as_a_batch_and_its_answers_replay(tmp_path: Path) -> None:
    prompt = Prompt((Message("user", "q"),), prefill="```lean4\n")
    kept = Sampling(seed=3, stop=("```",), keep_stop=True)
    options = ModelOptions(missing=tmp_path / "requests.jsonl", missing_model="big")

    async def ask(recording: Path) -> Reply:
        async with open_model(f"replay:{recording}", options) as model:
            return await model.complete(prompt, kept, samples=2)

    for _ in range(2):  # the second run has nothing to add
        with pytest.raises(ModelError, match="no sample 0"):
            asyncio.run(ask(Path(os.devnull)))
    requests = tmp_path / "requests.jsonl"
    bodies = [json.loads(line)["body"] for line in requests.read_text().splitlines()]
    assert [body["seed"] for body in bodies] == [3, 4]
    assert bodies[0]["model"] == "big"
    assert bodies[0]["messages"][-1] == {"role": "assistant", "content": prompt.prefill}
    assert "stop" not in bodies[0]
    answers = tmp_path / "answers.jsonl"
    said = answers_of(requests, lambda body: chat(f"{body['seed']} ``` x", reasoning_content="```"))
    answers.write_text(said, encoding="utf-8")
    reply = asyncio.run(ask(answers))
    think = "<think>\n```\n</think>\n\n"
    assert [one.text for one in reply.completions] == [f"{think}3 ```", f"{think}4 ```"]
    assert [one.finish for one in reply.completions] == ["stop", "stop"]
    assert reply.usage == Usage(14, 6)


def test_an_answer_that_a_batch_failed_to_give_is_a_failure_until_another_has_it(
    tmp_path: Path,
) -> None:
    requests = RequestFile(tmp_path / "requests.jsonl", "m", BATCH_DIALECT)
    requests.add(asking("q"), SEEDED, 0)
    requests.close()
    failed = {"response": {"status_code": 500, "body": {}}, "error": {"message": "busy"}}
    first = answers_of(tmp_path / "requests.jsonl", lambda _: failed)
    path = tmp_path / "answers.jsonl"
    path.write_text(first, encoding="utf-8")
    with pytest.raises(ModelError, match="busy") as raised:
        asyncio.run(Replay(path).complete(asking("q"), SEEDED))
    assert raised.value.reason == "failed"
    second = answers_of(tmp_path / "requests.jsonl", lambda _: chat("at last"))
    path.write_text(first + "\n" + second, encoding="utf-8")
    assert asyncio.run(Replay(path).complete(asking("q"), SEEDED)).completions[0].text == "at last"


def test_lines_of_other_batches_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    theirs = [{"custom_id": f"request-{number}", **chat("x")} for number in range(2000)]
    path.write_text("\n".join(map(json.dumps, theirs)), encoding="utf-8")
    assert len(Recording(path)) == 0


def test_a_file_of_requests_survives_a_kill_and_is_told_from_others(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    requests = RequestFile(path, "m", BATCH_DIALECT)
    requests.add(asking("q"), SEEDED, 0)
    requests.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    again = RequestFile(path, "m", BATCH_DIALECT)
    assert len(again) == 1
    again.close()
    assert path.read_bytes() == whole
    path.write_text("theorem x : True\n")
    with pytest.raises(InputError, match="line 1: no request of a batch"):
        RequestFile(path, "m", BATCH_DIALECT)


@given(
    text=st.text(st.characters(codec=None)),
    finish=st.sampled_from(["stop", "length"]),
    counts=st.tuples(*[st.integers(0, 10**9)] * 3),
)
@settings(deadline=None)
def test_a_line_reads_back_as_what_was_written(
    text: str, finish: str, counts: tuple[int, int, int]
) -> None:
    completion = Completion(4, text, "stop" if finish == "stop" else "length", Usage(*counts))
    read = read_line(line_of("m", asking(text), SEEDED, completion, 1.5))
    assert (read.found, read.model, read.seconds) == (completion, "m", 1.5)
    assert read.key == key_of(asking(text), SEEDED, 4)


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1) | st.integers(0, 9), st.integers(0, 2**63))))
@settings(deadline=None, max_examples=50)
def test_the_table_of_offsets_finds_what_a_dictionary_would(entries: list[tuple[int, int]]) -> None:
    table = Offsets()
    expected: dict[int, list[int]] = {}
    for key, offset in entries * 40:  # enough to make it grow
        table.add(key, offset)
        expected.setdefault(key, []).append(offset)
    assert len(table) == len(entries) * 40
    for key in [*expected, 12345]:
        assert list(table.find(key)) == sorted(expected.get(key, []))
