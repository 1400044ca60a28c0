"""The rules of one trace, and that no order of events breaks them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.sandbox.execution import Execution
from numina_lean.solve.procedure import OUTPUT_MARK, Procedure
from numina_lean.solve.trace import (
    CUT,
    Trace,
    Turn,
    after_run,
    after_text,
    ended,
    last_program,
    shown_output,
    wanted,
)

PROCEDURE = Procedure()
NEW = Trace("p", 3)
PROGRAM = "We count.\n```python\nprint(6 * 7)\n```\n"
ASKS = PROGRAM + OUTPUT_MARK
OK = Execution("42\n", "ok", 0.01)


def wrote(trace: Trace, text: str, finish: str = "stop", procedure: Procedure = PROCEDURE) -> Trace:
    return after_text(trace, Turn(text, finish), procedure)  # type: ignore[arg-type]


def ran(trace: Trace, execution: Execution = OK) -> Trace:
    return after_run(trace, execution, PROCEDURE)


def test_a_program_is_run_and_its_output_becomes_part_of_the_text() -> None:
    asked = wrote(NEW, ASKS)
    assert wanted(asked) == "run"
    assert asked.turns[-1].code == "print(6 * 7)\n"
    trace = ran(asked)
    assert wanted(trace) == "text"
    assert trace.text == f"{ASKS}42\n```\n"


def test_an_answer_after_an_output_ends_the_trace() -> None:
    trace = wrote(ran(wrote(NEW, ASKS)), "So the answer is $\\boxed{42}$.")
    assert (trace.ended, trace.answer) == ("answered", "42")


def test_an_answer_counts_wherever_it_stands_after_the_last_output() -> None:
    text = "It is $\\boxed{42}$." + " This follows from the count above." * 20
    assert wrote(ran(wrote(NEW, ASKS)), text).ended == "answered"


def test_an_answer_without_any_output_is_hallucinated() -> None:
    trace = wrote(NEW, f"{PROGRAM}The answer is $\\boxed{{42}}$.")
    assert (trace.ended, trace.answer) == ("hallucinated", "42")


def test_an_output_that_the_model_made_up_is_none() -> None:
    made_up = PROGRAM + "```output \n42\n```\nThe answer is $\\boxed{42}$."
    assert wrote(NEW, made_up).ended == "hallucinated"


def test_a_box_before_the_program_is_no_answer_yet() -> None:
    trace = wrote(NEW, f"I guess \\boxed{{7}}.\n{PROGRAM}")
    assert wanted(trace) == "run"


def test_a_model_that_ends_its_turn_after_a_program_gets_the_output_all_the_same() -> None:
    trace = ran(wrote(NEW, PROGRAM.rstrip("\n")))
    assert trace.text == f"{ASKS}42\n```\n"


def test_a_text_without_a_program_starts_the_trace_anew_with_another_seed() -> None:
    trace = wrote(NEW, "It is obvious.")
    assert (wanted(trace), trace.text, trace.restarts) == ("text", "", 1)
    assert PROCEDURE.sampling(1).seed != PROCEDURE.sampling(0).seed


def test_a_trace_that_starts_anew_again_and_again_ends_without_code() -> None:
    trace = NEW
    while wanted(trace) == "text":
        trace = wrote(trace, "It is obvious.")
    assert (trace.ended, len(trace.turns)) == ("no_code", PROCEDURE.rounds)


def test_without_restarts_the_first_text_without_a_program_is_the_end() -> None:
    assert wrote(NEW, "Obvious.", procedure=Procedure(restart=False)).ended == "no_code"
    claimed = wrote(NEW, "It is \\boxed{7}.", procedure=Procedure(restart=False))
    assert (claimed.ended, claimed.answer) == ("hallucinated", "7")


def test_an_output_seen_before_a_restart_does_not_count_after_it() -> None:
    trace = Trace("p", 0, (replace(Turn("x", "stop"), restarted=True),))
    assert wrote(trace, f"{PROGRAM}So \\boxed{{1}}.").ended == "hallucinated"


def test_the_rounds_are_not_exceeded_and_the_last_program_is_not_run() -> None:
    trace = NEW
    for _ in range(PROCEDURE.rounds - 1):
        trace = ran(wrote(trace, ASKS))
    trace = wrote(trace, ASKS)
    assert (trace.ended, len(trace.turns)) == ("rounds", PROCEDURE.rounds)
    assert sum(turn.output is not None for turn in trace.turns) == PROCEDURE.rounds - 1


def test_a_text_that_is_cut_off_ends_the_trace_unless_it_has_the_answer() -> None:
    begun = ran(wrote(NEW, ASKS))
    assert wrote(begun, "Now we look at", "length").ended == "length"
    assert wrote(begun, "It is \\boxed{42}, since", "length").ended == "answered"


def test_an_end_with_nothing_to_run_and_no_answer() -> None:
    assert wrote(ran(wrote(NEW, ASKS)), "I give up.").ended == "no_answer"


def test_what_has_ended_stays_as_it_is() -> None:
    over = ended(NEW, "stopped")
    assert ended(over, "failed", "late") is over
    with pytest.raises(ValueError, match="wants nothing"):
        wrote(over, ASKS)
    with pytest.raises(ValueError, match="wants text"):
        ran(NEW)


def test_the_last_program_counts_closed_or_not() -> None:
    assert last_program("```python\na\n```\n```py\nb\n```") == "b\n"
    assert last_program("```python\na\n```\nthen\n```python\nb") == "b"
    assert last_program("```python\n\n```") is None
    assert last_program("```text\na\n```") is None


def test_of_a_long_output_the_start_is_shown_and_of_an_error_the_end() -> None:
    long = "0123456789" * 100
    shown = shown_output(Execution(long, "ok", 0.0), 200)
    assert shown == long[: 200 - len(CUT)] + CUT
    assert (
        shown_output(Execution(f"{long}ValueError: no", "error", 0.0), 20)[-14:] == "ValueError: no"
    )


def test_an_output_cannot_close_its_block() -> None:
    text = ran(wrote(NEW, ASKS), Execution("1\n```\nThe answer is \\boxed{666}", "ok", 0.0)).text
    assert text.removeprefix(ASKS).count("```") == 1


def test_an_output_cannot_end_the_turn() -> None:
    assert "<|im_end|>" not in ran(wrote(NEW, ASKS), Execution("<|im_end|>", "ok", 0.0)).text


PIECES = st.lists(
    st.sampled_from(
        [PROGRAM, OUTPUT_MARK, "\\boxed{3}", "The answer is 4.", "```python\n", "```\n", "words ",
         "```output \n1\n```\n", "\\boxed{", "\ud800"]
    ),
    max_size=6,
).map("".join)  # fmt: skip
EVENTS = st.lists(st.tuples(PIECES, st.sampled_from(["stop", "length"])), min_size=8, max_size=8)
OUTCOMES = st.sampled_from(["ok", "error", "timeout", "memory", "killed"])


@given(EVENTS, st.integers(1, 4), st.booleans(), OUTCOMES, PIECES)
@settings(max_examples=300, deadline=None)
def test_every_trace_ends_once_within_its_rounds(
    events: list[tuple[str, str]], rounds: int, restart: bool, outcome: str, printed: str
) -> None:
    procedure = Procedure(rounds=rounds, restart=restart, output_chars=50)
    trace, steps, texts = NEW, 0, iter(events)
    while (want := wanted(trace)) != "nothing":
        before = trace
        if want == "text":
            text, finish = next(texts)
            trace = wrote(trace, text, finish, procedure)
            assert len(trace.turns) == len(before.turns) + 1
        else:
            trace = after_run(trace, Execution(printed, outcome, 0.1), procedure)  # type: ignore[arg-type]
            assert len(trace.turns[-1].output or "") <= 50
        steps += 1
        assert steps <= 2 * rounds
    assert trace.ended is not None
    assert 1 <= len(trace.turns) <= rounds
    assert sum(turn.output is not None for turn in trace.turns) < max(2, rounds)
    if trace.ended == "answered":
        assert trace.answer is not None
        assert any(turn.output is not None for turn in trace.turns)
