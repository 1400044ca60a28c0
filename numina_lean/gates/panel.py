"""Votes of a language model on a statement: asked in order, counted, and kept word for word.

Whatever is not a readable yes counts as no: an error of the model, an answer that was cut off or
cannot be read. Votes are asked one after the other, so that what is asked follows from the answers
in their order and not from which came first, and nothing is asked once the outcome is settled.
"""

import hashlib
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from numina_lean.gates.gate import GateName, Ruling, Subject
from numina_lean.gates.replies import Form
from numina_lean.models.model import Completion, Model, ModelError, Prompt, Sampling
from numina_lean.problems.problem import Problem
from numina_lean.problems.validity import NOT_FOUND, PROOF
from numina_lean.prompts.registry import family
from numina_lean.translate.completion import answer

_SEEDS = 2**31 - 2**20
_BUDGET = "budget"


class PanelReason(StrEnum):
    """Why a vote is no vote, whatever the gate."""

    JUDGE_ERROR = "judge_error"
    """The model gave no answer."""
    BUDGET = "budget"
    """The run's allowance is spent: this says nothing about the statement."""
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    """Not the JSON object that was asked for, or one that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Who judges, and how many votes decide.

    A statement passes with at least `threshold` of `votes` in its favour; `thresholds` has what
    holds for single gates instead. The next four are names of prompt families; votes of the gate
    `judge` go round `judges`, as other questions make other mistakes. `sampling` holds for all of
    them, but for the seed; without it each family's own does. `seed` is the run's: that of a vote
    follows from it, the problem, the statement and the gate.
    """

    model: Model
    votes: int = 3
    threshold: float = 1.0
    thresholds: Mapping[GateName, float] = field(default_factory=dict)
    conditions: str = "audit"
    backtranslate: str = "plain"
    entailment: str = "entailment"
    judges: tuple[str, ...] = ("direct", "critic")
    sampling: Sampling | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.votes < 1:
            raise ValueError(f"a panel of {self.votes} votes")
        for threshold in (self.threshold, *self.thresholds.values()):
            if not 0.0 < threshold <= 1.0:
                raise ValueError(f"a threshold of {threshold}: it is above 0 and at most 1")
        family("conditions", self.conditions)
        family("backtranslate", self.backtranslate)
        family("judge", self.entailment)
        if not self.judges or self.entailment in self.judges:
            raise ValueError(f"judges {self.judges}: families that look at the Lean, at least one")
        for judge in self.judges:
            family("judge", judge)

    def needed(self, gate: GateName) -> int:
        """How many votes pass a statement."""
        share = self.thresholds.get(gate, self.threshold)
        return max(1, math.ceil(share * self.votes - 1e-9))


@dataclass(frozen=True, slots=True)
class Vote:
    """`reason` is None for a yes. `turns` are the exchanges with the model, word for word."""

    reason: str | None
    detail: str = ""
    turns: tuple[Mapping[str, object], ...] = ()
    answer: Mapping[str, object] = field(default_factory=dict)

    def fields(self) -> dict[str, object]:
        """The vote as a JSON object, for the evidence."""
        return {
            "reason": self.reason,
            "detail": self.detail,
            "answer": dict(self.answer),
            "turns": [dict(turn) for turn in self.turns],
        }


class NoVoteError(Exception):
    """What the model said is no vote. `turns` are the exchanges so far."""

    def __init__(self, reason: PanelReason, detail: str, turns: tuple[Mapping[str, object], ...]):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.turns = turns


Found = TypeVar("Found")


@dataclass(slots=True)
class Talk:
    """The exchanges of one vote with the model."""

    panel: Panel
    subject: Subject
    gate: GateName
    sample: int
    turns: list[Mapping[str, object]] = field(default_factory=list)

    async def ask(self, prompt: Prompt, sampling: Sampling, read: Callable[[str], Found]) -> Found:
        """What `read` makes of the answer, thoughts left out. Raises `NoVoteError`.

        `read` raises `ValueError` for what it cannot read.
        """
        seed = _seed(self.panel, self.subject, self.gate, len(self.turns))
        sampling = replace(self.panel.sampling or sampling, seed=seed)
        turn: dict[str, object] = {"prompt": prompt.digest, "sample": self.sample, "seed": seed}
        self.turns.append(turn)
        try:
            reply = await self.panel.model.complete(prompt, sampling, first=self.sample)
        except ModelError as error:
            spent = error.reason == _BUDGET
            reason = PanelReason.BUDGET if spent else PanelReason.JUDGE_ERROR
            turn["error"] = f"{error.reason}: {error.detail}"
            raise self._none(reason, f"{error.reason}: {error.detail}") from error
        if not reply.completions:
            raise self._none(PanelReason.JUDGE_ERROR, "the reply has no completion")
        completion = reply.completions[0]
        turn |= {"completion": completion.text, "finish": completion.finish}
        return self._read(prompt, completion, read)

    def vote(self, found: Form, reason: str | None, detail: str) -> Vote:
        """The vote that `found` comes to, with all that was said. `reason` is None for a yes."""
        answer = found.model_dump(mode="json")
        return Vote(reason, detail if reason else "", tuple(self.turns), answer)

    def _read(self, prompt: Prompt, completion: Completion, read: Callable[[str], Found]) -> Found:
        if completion.finish == "length":
            raise self._none(PanelReason.TRUNCATED, "the answer was cut off")
        said = answer(prompt.prefill + completion.text)
        if said.thinking or not said.text.strip():
            raise self._none(PanelReason.UNREADABLE, "the model said nothing outside its thoughts")
        try:
            return read(said.text)
        except ValueError as error:
            raise self._none(PanelReason.UNREADABLE, str(error)) from error

    def _none(self, reason: PanelReason, detail: str) -> NoVoteError:
        return NoVoteError(reason, detail, tuple(self.turns))


async def poll(
    panel: Panel, subject: Subject, gate: GateName, vote: Callable[[Talk], Awaitable[Vote]]
) -> Ruling:
    """Ask for votes until they pass or fail the statement, and rule by them."""
    started = time.monotonic()
    needed = panel.needed(gate)
    votes: list[Vote] = []
    for sample in range(panel.votes):
        talk = Talk(panel, subject, gate, sample)
        try:
            votes.append(await vote(talk))
        except NoVoteError as error:
            votes.append(Vote(error.reason, error.detail, error.turns))
        yes = sum(each.reason is None for each in votes)
        if yes >= needed or len(votes) - yes > panel.votes - needed:
            break
    passed = sum(each.reason is None for each in votes) >= needed
    against = None if passed else _against(votes)
    return Ruling(
        gate,
        passed=passed,
        reason=None if against is None else against.reason,
        detail="" if against is None else against.detail,
        seconds=time.monotonic() - started,
        evidence={
            "model": panel.model.name,
            "yes": sum(each.reason is None for each in votes),
            "asked": len(votes),
            "votes": panel.votes,
            "needed": needed,
            "polled": [each.fields() for each in votes],
        },
    )


def _against(votes: list[Vote]) -> Vote:
    """The vote that the ruling's reason is taken from: the first that is about the statement.

    A spent budget comes before all: what it cut short would be about the run.
    """
    against = [vote for vote in votes if vote.reason is not None]
    spent = [vote for vote in against if vote.reason == PanelReason.BUDGET]
    about_it = [vote for vote in against if vote.reason not in set(PanelReason)]
    return (spent or about_it or against)[0]


def _seed(panel: Panel, subject: Subject, gate: GateName, turn: int) -> int:
    """The seed of sample 0 of a question: the same in a run that is gone on with."""
    text = f"{panel.seed}\n{subject.problem.id}\n{subject.statement.digest}\n{gate}\n{turn}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _SEEDS


def answer_of(problem: Problem) -> str | None:
    """The value that a statement of the problem should claim; None for a problem to prove."""
    if problem.question_type == PROOF or problem.answer.lower() in ("", PROOF, NOT_FOUND):
        return None
    return problem.answer
