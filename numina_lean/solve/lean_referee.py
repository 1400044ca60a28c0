"""A referee that asks Lean: the rules put problem and answer into a statement, Lean decides it.

A proof counts only if it is one of this answer: not if the hypotheses contradict each other, nor
if the same tactic proves another answer as well. So does a refutation: hypotheses that contradict
each other refute every answer. The rules translator reads what it reads without a guess, and
declines the rest; what it declines is `untranslated`.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

from numina_lean.check.checker import Checker
from numina_lean.check.remembered import Remembered
from numina_lean.check.verdict import Item, Verdict
from numina_lean.gates.gate import Bench, Subject
from numina_lean.gates.refutation import refutation
from numina_lean.gates.vacuity import vacuity
from numina_lean.problems.problem import Problem
from numina_lean.prove.portfolio import portfolio
from numina_lean.prove.prove import prove
from numina_lean.solve.referee import Opinion
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.statement import Profile, Statement
from numina_lean.translate.translator import Declined

_CLOSING = re.compile(r"[\s.$)\]}]*\Z")


class LeanReferee:
    """A `Referee` with `checker`. Each answer of a problem is judged once.

    `timeout`: seconds of wall time for each check; an answer takes a few dozen at most.
    """

    def __init__(self, checker: Checker, profile: Profile = "core", timeout: float = 20.0) -> None:
        self._bench = Bench(checker, profile, timeout)
        self._translator = RulesTranslator()
        self._opinions: dict[tuple[str, str], Opinion] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def rule(self, problem: Problem, answer: str) -> Opinion:
        """Whether `answer` is the answer of `problem`; its own `answer` is not looked at."""
        key = (problem.problem, answer)
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._opinions:
                self._opinions[key] = self._opinion(problem, answer)
            return self._opinions[key]

    def _opinion(self, problem: Problem, answer: str) -> Opinion:
        claimed = replace(problem, answer=answer)
        statement = self._statement(claimed)
        if isinstance(statement, Declined):
            return Opinion("untranslated", f"{statement.reason}: {statement.detail}", None)
        subject = Subject(claimed, statement)
        source = statement.source()
        # The gates and this ask some of the same.
        bench = replace(self._bench, checker=Remembered(self._bench.checker))
        search = prove(
            statement, bench.checker, profile=bench.profile, timeout=bench.timeout, quickly=True
        )
        if search.proof is not None:
            doubt = self._doubt(subject, bench, search.proof.tactic)
            if doubt is not None:
                return Opinion("open", doubt, source)
            return Opinion("proved", f"{search.proof.tactic} proves it", search.proof.source)
        ruling = refutation(subject, bench)
        if ruling.passed:
            return Opinion("open", "neither proved nor refuted", source)
        if not vacuity(subject, bench).passed:
            return Opinion("open", "the hypotheses contradict each other", source)
        return Opinion("refuted", ruling.detail, source)

    def _statement(self, problem: Problem) -> Statement | Declined:
        found = self._translator.translate(problem, profile=self._bench.profile, samples=1)
        return found if isinstance(found, Declined) else found[0].statement

    def _doubt(self, subject: Subject, bench: Bench, tactic: str) -> str | None:
        """Why the proof of the statement by `tactic` may say nothing of the answer."""
        if not vacuity(subject, bench).passed:
            return "the hypotheses contradict each other"
        for other in _others(subject.problem.answer):
            changed = self._statement(replace(subject.problem, answer=other))
            if isinstance(changed, Declined) or changed.conclusion == subject.statement.conclusion:
                continue
            if self._proves(tactic, changed):
                return f"{tactic} proves the answer {other} as well"
            return None
        return "no other answer can be put in its place"

    def _proves(self, name: str, statement: Statement) -> bool:
        tactics = (each for each in portfolio(self._bench.profile) if each.name == name)
        return any(
            self._bench.checker.check(
                Item(
                    f"{statement.name}:other",
                    statement.source(proof),
                    self._bench.timeout,
                    tactic.heartbeats,
                )
            ).verdict
            is Verdict.PROVED
            for tactic in tactics
            for proof in tactic.proofs(statement)
        )


def _others(answer: str) -> Iterator[str]:
    """Other answers of the same form: with one added at the end, or to what stands last in it."""
    text = answer.strip().rstrip(".")
    yield f"{text} + 1"
    closing = _CLOSING.search(text)
    at = closing.start() if closing else len(text)
    yield f"{text[:at]} + 1{text[at:]}"
