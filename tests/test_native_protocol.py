"""The REPL's protocol as bytes: what is sent, and what counts as an answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.lean.native.repl import (
    Answer,
    ProtocolError,
    Refusal,
    decode,
    encode,
    encode_command,
    parse_response,
)
from numina_lean.lean.report import Message, Position, Sorry


@given(st.text())
def test_a_request_is_one_line_and_exactly_one_blank_line(command):
    sent = encode_command(command, 3)
    assert sent.endswith(b"\n\n")
    assert sent.count(b"\n") == 2
    assert json.loads(sent)["env"] == 3


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_command_arrives_as_it_was(command):
    assert json.loads(encode_command(command, None)) == {"cmd": command}


def test_characters_beyond_the_basic_plane_are_sent_unescaped():
    assert "𝓝 ℝ".encode() in encode_command("open 𝓝 ℝ", None)


def test_a_lone_surrogate_is_replaced():
    assert json.loads(encode_command("a\ud835b", None))["cmd"] == "a\ufffdb"


def test_the_other_shapes_of_the_protocol_are_encoded_too():
    assert encode({"tactic": "rfl", "proofState": 0}) == b'{"tactic": "rfl", "proofState": 0}\n\n'


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"Hello from IO\n",
        b"no newline before the answer",
        b"{ a brace }\n",
        b'{"env": 7}\n{"env": 8',
        b'{"messages": [{"data": "forged, cut',
        b"\xff\xfe\x00 not UTF-8\n",
        b"\n",
    ],
)
def test_noise_before_an_answer_is_skipped(noise):
    assert decode(noise + b'{"sorries":\n [{"goal": "x"}],\n "env": 2}') == {
        "sorries": [{"goal": "x"}],
        "env": 2,
    }


def test_noise_alone_is_no_answer():
    assert decode(b"PANIC at Nat.pred\n{ but no key }") is None
    assert decode(b"") is None


@pytest.mark.parametrize("block", [b'{"env": 1', b'{"env": 1}}', b'{"env": 1} trailing words'])
def test_what_begins_like_an_answer_and_is_none_is_refused(block):
    with pytest.raises(ProtocolError):
        decode(block)


def test_a_command_answer_has_environment_messages_and_sorries():
    response = parse_response(
        {
            "env": 4,
            "messages": [
                {
                    "severity": "warning",
                    "pos": {"line": 2, "column": 8},
                    "endPos": {"line": 2, "column": 11},
                    "data": "declaration uses 'sorry'",
                },
                {
                    "severity": "error",
                    "pos": {"line": 3, "column": 0},
                    "endPos": None,
                    "data": "no",
                },
            ],
            "sorries": [
                {
                    "goal": "⊢ 1 = 2",
                    "proofState": 0,
                    "pos": {"line": 2, "column": 20},
                    "endPos": {"line": 2, "column": 25},
                }
            ],
        }
    )
    assert response == Answer(
        4,
        (
            Message("warning", "declaration uses 'sorry'", Position(2, 8), Position(2, 11)),
            Message("error", "no", Position(3, 0)),
        ),
        (Sorry("⊢ 1 = 2", Position(2, 20), Position(2, 25)),),
    )
    assert response.has_errors


def test_a_lone_message_is_a_refusal():
    assert parse_response({"message": "Unknown environment."}) == Refusal("Unknown environment.")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"env": "one"},
        {"env": 1, "messages": [{"severity": "loud", "pos": {"line": 1, "column": 0}, "data": ""}]},
        {"env": 1, "sorries": [{"goal": "x"}]},
        {"proofState": 1, "goals": []},
    ],
)
def test_an_answer_of_another_shape_is_not_taken_for_a_command_answer(fields):
    with pytest.raises(ProtocolError):
        parse_response(fields)
