"""The parts of a `formalize` run, put together from what the command was given."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from numina_lean.check.checker import Checker
from numina_lean.errors import InputError
from numina_lean.formalize.formalizer import Effort, Formalizer, Judge
from numina_lean.formalize.known import known_statements
from numina_lean.formalize.model_source import MODEL_HEADERS, BudgetSpentError, ModelSource
from numina_lean.formalize.numbers import Numbers
from numina_lean.formalize.rows import RowMaker
from numina_lean.formalize.rules_source import TranslatorSource
from numina_lean.formalize.source import Source
from numina_lean.formalize.stopping import StoppableChecker
from numina_lean.formalize.trial import Trials
from numina_lean.gates.equivalence import cluster
from numina_lean.gates.gate import GATE_NAMES, Bench, GateName, Ruling, Subject
from numina_lean.gates.order import JUDGED, NEEDED, examine
from numina_lean.gates.panel import Panel, PanelReason
from numina_lean.models.breaker import Breaker
from numina_lean.models.budget import Budgeted
from numina_lean.models.choose import open_model
from numina_lean.models.model import Model, Sampling
from numina_lean.models.options import ModelOptions
from numina_lean.models.record import Recorder
from numina_lean.models.recording import Recording
from numina_lean.problems.problem import Problem
from numina_lean.prompts.family import Family
from numina_lean.prompts.formalize import FormalizeRequest
from numina_lean.prompts.registry import family
from numina_lean.prompts.repair import RepairRequest
from numina_lean.prompts.shots import Example
from numina_lean.prove.prove import Search, prove
from numina_lean.translate.canonical import canonical_digest
from numina_lean.translate.retrieval import read_retrieval
from numina_lean.translate.rules.translator import RulesTranslator
from numina_lean.translate.statement import Profile, Statement

RULES = "rules"
_REPLAY = "replay:"


@dataclass(frozen=True, slots=True)
class Generation:
    """Who writes the statements, and how it is asked. What is None is the prompt family's."""

    model: str
    options: ModelOptions
    family: str | None
    repair_family: str
    samples: int
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    seed: int
    examples: Path | None
    shots: int


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges; nobody where `model` is None."""

    model: str | None
    base_url: str | None
    votes: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done with a statement. `timeout`: seconds of wall time for each check."""

    profile: Profile
    timeout: float
    repairs: int
    skipped: frozenset[GateName]
    known: tuple[Path, ...]
    proofs: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """Raises `InputError` where the parts do not go together."""

    generation: Generation
    judging: Judging
    steps: Steps
    effort: Effort
    recording: Path
    jobs: int

    def __post_init__(self) -> None:
        if self.generation.model != RULES:
            self._families()

    def settings(self) -> dict[str, str]:
        """What decides the rows, as a corpus folder keeps it."""
        steps, judging = self.steps, self.judging
        found = {
            "model": _model_setting(self.generation.model),
            "profile": steps.profile,
            "samples": str(self.generation.samples),
            "timeout": f"{steps.timeout:g}",
            "skip_gate": " ".join(sorted(steps.skipped)),
            "known": " ".join(map(str, steps.known)),
            "proofs": str(steps.proofs).lower(),
        }
        if self.generation.model != RULES:
            found |= self._model_settings()
        if judging.model is not None:
            found |= {
                "judge_model": _model_setting(judging.model),
                "votes": str(judging.votes),
                "threshold": f"{judging.threshold:g}",
            }
        return {name: value for name, value in found.items() if value}

    def _model_settings(self) -> dict[str, str]:
        generation = self.generation
        asked, mended = self._families()
        return {
            "family": asked.name,
            "repair_family": mended.name,
            "repairs": str(self.steps.repairs),
            "width": str(self.effort.width),
            "enough": str(self.effort.enough),
            "problem_tokens": str(self.effort.tokens or ""),
            "sampling": str(self._sampling(asked.sampling)),
            "seed": str(generation.seed),
            "examples": f"{generation.shots} of {generation.examples}"
            if generation.examples
            else "",
        }

    async def assemble(
        self, stack: AsyncExitStack, checker: Checker, numbers: Numbers
    ) -> tuple[Formalizer, StoppableChecker]:
        """Open the models and put the rest around them; `stack` closes what is opened."""
        steps = self.steps
        # Gates and proofs wait in threads for Lean: two more than there are Leans keep those busy.
        threads = ThreadPoolExecutor(self.jobs + 2, thread_name_prefix="gates")
        stack.callback(partial(threads.shutdown, wait=False, cancel_futures=True))
        stoppable = StoppableChecker(checker)
        bench = Bench(stoppable, steps.profile, steps.timeout)
        recording = self._recording(stack)
        source = await self._source(stack, recording, threads, numbers)
        judge = await self._judge(stack, recording, numbers)

        def told(subject: Subject, bench: Bench) -> tuple[Ruling, ...]:
            return examine(subject, bench, skip=steps.skipped)

        def search(statement: Statement) -> Search:
            if not steps.proofs:
                return Search(())
            return prove(statement, stoppable, profile=steps.profile, timeout=steps.timeout)

        formalizer = Formalizer(
            source=source,
            rows=RowMaker(source, steps.profile),
            trials=Trials(told, bench, threads, steps.repairs),
            judge=judge,
            canonical=lambda statement: canonical_digest(statement.source()),
            cluster=lambda statements: cluster(statements, bench),
            prove=search,
            threads=threads,
            tell=numbers.ruled,
            effort=self.effort,
            known=known_statements(steps.known),
        )
        return formalizer, stoppable

    def _families(self) -> tuple[Family[FormalizeRequest], Family[RepairRequest]]:
        """The prompt families for statements and repairs. Raises `InputError`."""
        profile = self.steps.profile
        asked: Family[FormalizeRequest] = family(
            "formalize", self.generation.family or f"chat-{profile}"
        )
        if asked.profile not in (None, profile):
            raise InputError(
                f"--family {asked.name} writes for {asked.profile}, and the profile is {profile}. "
                f"Pass --profile {asked.profile}, or another family"
            )
        return asked, family("repair", self.generation.repair_family)

    def _sampling(self, own: Sampling) -> Sampling:
        generation = self.generation
        return replace(
            own,
            temperature=_given(generation.temperature, own.temperature),
            top_p=_given(generation.top_p, own.top_p),
            max_tokens=_given(generation.max_tokens, own.max_tokens),
        )

    def _recording(self, stack: AsyncExitStack) -> Recording | None:
        """Where what models say is written; None where none of them says anything new."""
        models = (self.generation.model, self.judging.model or RULES)
        if all(name == RULES or name.startswith(_REPLAY) for name in models):
            return None
        recording = Recording(self.recording, append=True)
        stack.callback(recording.close)
        return recording

    async def _open(
        self, stack: AsyncExitStack, name: str, options: ModelOptions, recording: Recording | None
    ) -> tuple[Model, Budgeted]:
        """A model with what stands before it; and the account of what it costs."""
        account = await stack.enter_async_context(open_model(name, options))
        if recording is None or name.startswith(_REPLAY):
            return Breaker(account), account
        return Breaker(Recorder(account, recording)), account

    async def _source(
        self,
        stack: AsyncExitStack,
        recording: Recording | None,
        threads: ThreadPoolExecutor,
        numbers: Numbers,
    ) -> Source:
        generation, profile = self.generation, self.steps.profile
        if generation.model == RULES:
            return TranslatorSource(RulesTranslator(), threads, profile, generation.samples)
        asked, mended = self._families()
        model, account = await self._open(stack, generation.model, generation.options, recording)
        numbers.accounts.append(account)
        return ModelSource(
            model_used=model,
            formalize=asked,
            repair=mended,
            sampling=self._sampling(asked.sampling),
            samples=generation.samples,
            seed=generation.seed,
            header=MODEL_HEADERS[profile],
            examples=self._examples(),
            postpones=generation.options.missing is not None,
        )

    def _examples(self) -> Callable[[Problem], tuple[Example, ...]]:
        folder, shots = self.generation.examples, self.generation.shots
        if folder is None:
            return lambda problem: ()
        rows = read_retrieval(folder, self.steps.profile)
        return lambda problem: rows.similar(problem.problem, shots)

    async def _judge(
        self, stack: AsyncExitStack, recording: Recording | None, numbers: Numbers
    ) -> Judge:
        judging = self.judging
        if judging.model is None:
            return nobody
        options = replace(
            self.generation.options, base_url=judging.base_url or self.generation.options.base_url
        )
        model, account = await self._open(stack, judging.model, options, recording)
        numbers.accounts.append(account)
        try:
            panel = Panel(model, judging.votes, judging.threshold, seed=self.generation.seed)
        except ValueError as error:
            raise InputError(f"--votes, --threshold: {error}") from error
        gates = [each for name, each in JUDGED if name not in self.steps.skipped]

        async def judge(subject: Subject) -> Sequence[Ruling]:
            rulings: list[Ruling] = []
            for gate in gates:
                rulings.append(await gate(subject, panel))
                if rulings[-1].reason == PanelReason.BUDGET:
                    raise BudgetSpentError(rulings[-1].detail)
                if not rulings[-1].passed:
                    break
            return rulings

        return judge


Number = TypeVar("Number", int, float)


def _given(value: Number | None, default: Number) -> Number:
    return default if value is None else value


def _model_setting(name: str) -> str:
    """The model as a setting of the folder: answers count, not the file they were read from."""
    return _REPLAY.removesuffix(":") if name.startswith(_REPLAY) else name


def skipped_gates(names: Sequence[str]) -> frozenset[GateName]:
    """The gates to leave out. Raises `InputError` for what is none, or is needed."""
    found: set[GateName] = set()
    for name in names:
        gate = next((each for each in GATE_NAMES if each == name), None)
        if gate is None:
            raise InputError(f"--skip-gate {name}: no such gate ({', '.join(GATE_NAMES)})")
        if gate in NEEDED:
            raise InputError(f"--skip-gate {name}: nothing can be said without it")
        found.add(gate)
    return frozenset(found)


async def nobody(subject: Subject) -> Sequence[Ruling]:
    """Judges nothing: there is no model to judge with."""
    return ()
