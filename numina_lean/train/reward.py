"""Verifiable rewards: 1.0 for a completion that is shown to be right, 0.0 for any other.

Both have the signature of TRL's reward functions: all completions of a batch, and the columns of
their rows beside them, in; as many numbers out. No text of a model makes them raise; a sandbox or
a Lean that no longer works does.

Does not cover several turns: what a program prints is not shown to the model here.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Protocol

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import final_answer
from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Verdict
from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.sandbox import Sandbox
from numina_lean.solve.procedure import Procedure
from numina_lean.solve.runner import PREAMBLE
from numina_lean.solve.trace import CUT, shown_output
from numina_lean.translate.extract import ExtractionError
from numina_lean.translate.proofs import extract_proof
from numina_lean.translate.reading import UnreadableError, read_statement
from numina_lean.translate.statement import Statement

Completion = str | Sequence[dict[str, Any]]
"""A text or, of conversations, its messages."""

_PROGRAM = re.compile(
    r"```[ \t]*(?:python|py)[ \t]*\r?\n(?P<code>.*?)(?:```|\Z)"
    r"(?:\s*```[ \t]*output[ \t]*\r?\n(?P<output>.*?)(?:```|\Z))?",
    re.DOTALL | re.IGNORECASE,
)
_MOST_PROGRAMS = 8
"""In one completion; with more of them it earns nothing."""


class Reward(Protocol):
    """What TRL calls with the completions of a batch and the columns of their rows, by name; it
    calls the reward by its `__name__`.
    """

    __name__: str

    def __call__(self, *args: Any, **columns: Any) -> list[float]: ...


class AnswerReward:
    """The final answer is that of the row's column `answer`, by `answers.equality`.

    A completion with programs has them run in `sandbox`, each with a fresh state, `jobs` at a time:
    an output that it shows must be what the program prints, or it was made up and earns nothing.
    Where it states no answer after its last program, what that one prints at the end is the answer.
    """

    __name__ = "answer"

    def __init__(self, sandbox: Sandbox, *, jobs: int = 2, seconds: float = 5.0) -> None:
        self._sandbox = sandbox
        self._jobs = jobs
        self._seconds = seconds

    def __call__(
        self, *, completions: Sequence[Completion], answer: Sequence[object], **columns: Any
    ) -> list[float]:
        """Raises `SandboxUnavailableError` if programs cannot be run any more."""
        texts = map(text_of, completions)
        with ThreadPoolExecutor(self._jobs) as threads:
            return list(threads.map(self._one, texts, answer))

    def _one(self, text: str, reference: object) -> float:
        programs = list(_PROGRAM.finditer(text))
        if len(programs) > _MOST_PROGRAMS or not isinstance(reference, str):
            return 0.0
        printed = None
        for program in programs:
            last = program is programs[-1]
            if program["output"] is None and not last:
                continue  # nobody saw what it prints
            execution = self._sandbox.run(program["code"], preamble=PREAMBLE, timeout=self._seconds)
            if program["output"] is not None and not _is_shown(execution, program["output"]):
                return 0.0
            printed = execution
        stated = final_answer(text[programs[-1].end() :] if programs else text)
        if stated is None and printed is not None and printed.outcome == "ok":
            stated = _last_line(printed.output)
        return float(stated is not None and equal(stated, reference))


def _is_shown(execution: Execution, output: str) -> bool:
    """Whether a text shows the output as the procedure does: whole, or cut at its length."""
    shown = output.strip().removesuffix(CUT.strip()).strip()
    whole = shown_output(execution, 1 << 20).strip()
    cut = shown_output(execution, Procedure().output_chars).strip()
    return shown in (whole, cut, cut.removesuffix(CUT.strip()).strip())


def _last_line(output: str) -> str | None:
    lines = output.strip().splitlines()
    return lines[-1].strip() if lines else None


class LeanReward:
    """The completion proves the statement of the row's column `formal_statement`.

    Its proof is taken out as a prover's is, and checked with the statement as reference: `proved`
    under the rules of integrity earns 1. A batch goes through `checker` together. `seconds` and
    `heartbeats` bound each check.
    """

    __name__ = "lean"

    def __init__(
        self, checker: Checker, *, seconds: float = 60.0, heartbeats: int = 400_000
    ) -> None:
        self._checker = checker
        self._seconds = seconds
        self._heartbeats = heartbeats

    def __call__(
        self,
        *,
        completions: Sequence[Completion],
        formal_statement: Sequence[object],
        **columns: Any,
    ) -> list[float]:
        rewards = [0.0] * len(completions)
        items, places = [], []
        for place, (completion, told) in enumerate(zip(completions, formal_statement, strict=True)):
            item = self._item(place, text_of(completion), told)
            if item is not None:
                items.append(item)
                places.append(place)
        for place, outcome in zip(places, self._checker.check_all(items), strict=True):
            rewards[place] = float(outcome.verdict is Verdict.PROVED)
        return rewards

    def _item(self, place: int, text: str, told: object) -> Item | None:
        """What is to be checked; None where there is nothing, or nothing to hold it to."""
        statement = _statement(told) if isinstance(told, str) else None
        if statement is None:
            return None
        try:
            source = extract_proof(text, statement)
        except ExtractionError:
            return None
        return Item(f"completion {place}", source, self._seconds, self._heartbeats, str(told))


@lru_cache(maxsize=4096)
def _statement(text: str) -> Statement | None:
    try:
        return read_statement(text)
    except UnreadableError:
        return None


def can_be_rewarded(formal_statement: object) -> bool:
    """Whether a proof can be held to that statement: it is text that a theorem is read from."""
    return isinstance(formal_statement, str) and _statement(formal_statement) is not None


def text_of(completion: Completion) -> str:
    """The text of a completion: what it is, or what its messages say."""
    if isinstance(completion, str):
        return completion
    parts = (message.get("content") for message in completion if isinstance(message, dict))
    return "".join(part for part in parts if isinstance(part, str))
