"""The REPL's own test transcripts, replayed by a scripted process to our protocol and session."""

import json
import time

import pytest
from conftest import SHARED_DATA
from scripted_repl import script

from numina_lean.lean.engine import Check
from numina_lean.lean.native.engine import NativeEngine
from numina_lean.lean.native.process import ReplProcess
from numina_lean.lean.native.repl import Answer, Refusal, encode, parse_response
from numina_lean.lean.source import Header, split_header

TRANSCRIPTS = SHARED_DATA / "checker" / "repl_cases.jsonl"
PLENTY = 60.0

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not TRANSCRIPTS.is_file(), reason=f"{TRANSCRIPTS} is not there"),
]


def transcripts():
    if not TRANSCRIPTS.is_file():
        return []
    cases = map(json.loads, TRANSCRIPTS.read_text().splitlines())
    return [pytest.param(case, id=case["id"]) for case in cases]


def exchanges(case):
    """Requests with the text that answers each. A row without recorded answers gets plain ones."""
    # Some requests have raw line breaks inside a string, which later REPLs let pass.
    blocks = [block for block in case["in"].split("\n\n") if block.strip()]
    sent = [json.loads(block, strict=False) for block in blocks]
    if case["expected_out"] is None:
        return [(request, json.dumps({"env": i})) for i, request in enumerate(sent)]
    answers = [block for block in case["expected_out"].split("\n\n") if block.strip()]
    assert len(sent) == len(answers)
    return list(zip(sent, answers, strict=True))


def test_there_are_all_of_them():
    assert len(transcripts()) == 74


@pytest.mark.parametrize("case", transcripts())
def test_every_answer_of_a_transcript_is_read_as_it_stands(case, tmp_path):
    pairs = exchanges(case)
    rules = [{"raw": f"{answer}\n\n", "times": 1, "chunk": 7} for _, answer in pairs]
    process = ReplProcess(script(tmp_path, *rules), tmp_path)
    for request, answer in pairs:
        assert process.exchange(encode(request), time.monotonic() + PLENTY) == json.loads(answer)
    process.kill()


@pytest.mark.parametrize("case", transcripts())
def test_every_answer_to_a_command_has_its_type(case):
    for request, text in exchanges(case):
        if "cmd" not in request and "path" not in request:
            continue
        fields = json.loads(text)
        response = parse_response(fields)
        if "env" not in fields:
            assert response == Refusal(fields["message"])
            continue
        assert isinstance(response, Answer)
        assert response.env == fields["env"]
        assert [m.text for m in response.messages] == [
            m["data"] for m in fields.get("messages", [])
        ]
        assert [s.goal for s in response.sorries] == [s["goal"] for s in fields.get("sorries", [])]
        found = [(m.start.line, m.start.column, m.severity) for m in response.messages]
        assert found == [
            (m["pos"]["line"], m["pos"]["column"], m["severity"])
            for m in fields.get("messages", [])
        ]


@pytest.mark.parametrize("case", transcripts())
def test_a_session_reports_what_the_transcript_says_of_each_source(case, tmp_path):
    pairs = [
        (request["cmd"], json.loads(answer))
        for request, answer in exchanges(case)
        if "cmd" in request and "message" not in json.loads(answer)
    ]
    header = Header()
    if pairs and pairs[0][0].startswith("import"):
        header, preamble = split_header(pairs.pop(0)[0])
        header = Header(header.imports, preamble.strip())
    rules = [{"match": text, "times": 1, "answer": said} for text, said in in_order(pairs)]
    session = NativeEngine(script(tmp_path, *rules), tmp_path, ()).start(header)
    for text, said in pairs:
        report = session.check(Check(text, axioms=False))
        expected = [(m["severity"], m["data"]) for m in said.get("messages", [])]
        assert [(m.severity, m.text) for m in report.messages] == expected
        assert [s.goal for s in report.sorries] == [s["goal"] for s in said.get("sorries", [])]
        assert report.has_errors == any(severity == "error" for severity, _ in expected)
    session.kill()


def in_order(pairs):
    """Rules for the longest source first: one source may be part of another."""
    return sorted(pairs, key=lambda pair: -len(pair[0]))
