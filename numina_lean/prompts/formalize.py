"""Asking for the Lean statement of a problem, in the words that formalisers were trained on.

Covers what has one published wording: Kimina-Autoformalizer, StepFun-Formalizer,
Goedel-Formalizer-V2. A general chat model is asked as `chat` says.
"""

from collections.abc import Callable
from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts import chat
from numina_lean.prompts.family import Family
from numina_lean.prompts.quoting import neutral
from numina_lean.prompts.shots import Example as Example


@dataclass(frozen=True, slots=True)
class FormalizeRequest:
    """`answer` is the value that the statement should claim; None for a problem to prove.

    `name` is what the theorem should be called and `header` what the source should begin with,
    where the wording can say so. `examples` are verified rows like the problem, likewise.
    """

    problem: str
    answer: str | None
    name: str
    header: str
    examples: tuple[Example, ...] = ()


EXPERT = "You are an expert in mathematics and Lean 4."
TRAINED_NAME = "my_favorite_theorem"
"""The only theorem name that Kimina's and StepFun's formalisers were trained on."""


def _kimina(request: FormalizeRequest) -> Prompt:
    return Prompt((Message("system", EXPERT), Message("user", _kimina_task(request))))


def _kimina_task(request: FormalizeRequest) -> str:
    task = (
        "Please autoformalize the following problem in Lean 4 with a header. "
        f"Use the following theorem names: {TRAINED_NAME}.\n\n"
    )
    return task + _with_answer(request, "Prove that the answer is: {}")


def _stepfun(request: FormalizeRequest) -> Prompt:
    task = (
        "Please autoformalize the following problem in Lean 4 with a header. "
        f"Use the following theorem names: {TRAINED_NAME}.\n\n"
    )
    task += _with_answer(request, "The answer is {}.")
    task += f"\n\nYour code should start with:\n```Lean4\n{request.header.strip()}\n\n```\n"
    return Prompt((Message("system", EXPERT), Message("user", task)), prefill="<think>")


def _goedel(request: FormalizeRequest) -> Prompt:
    task = (
        "Please autoformalize the following natural language problem statement in Lean 4. "
        f"Use the following theorem name: {request.name}\n"
        "The natural language statement is: \n"
        f"{_with_answer(request, 'Prove that the answer is: {}')}"
        "Think before you provide the lean statement."
    )
    return Prompt((Message("user", task),))


def _with_answer(request: FormalizeRequest, sentence: str) -> str:
    problem = neutral(request.problem)
    if request.answer is None:
        return problem
    return f"{problem} {sentence.format(neutral(request.answer))}"


def _chat(profile: chat.ChatProfile) -> Callable[[FormalizeRequest], Prompt]:
    def render(request: FormalizeRequest) -> Prompt:
        return chat.prompt(
            profile,
            problem=request.problem,
            answer=request.answer,
            name=request.name,
            header=request.header,
            examples=request.examples,
        )

    return render


_CHAT_SAMPLING = Sampling(temperature=0.8, top_p=0.95, max_tokens=8192)

FAMILIES: dict[str, Family[FormalizeRequest]] = {
    family.name: family
    for family in (
        Family(
            "kimina",
            "formalize",
            _kimina,
            Sampling(temperature=0.6, top_p=0.95, max_tokens=2048),
            "model card of AI-MO/Kimina-Autoformalizer-7B; how a known answer is appended is from "
            "the Kimina-Prover report, at second hand",
            "mathlib",
        ),
        Family(
            "stepfun",
            "formalize",
            _stepfun,
            Sampling(temperature=0.6, top_p=0.95, max_tokens=16384),
            "usage script of stepfun-ai/StepFun-Formalizer-7B; a known answer is put as in the "
            "script's example",
            "mathlib",
        ),
        Family(
            "goedel",
            "formalize",
            _goedel,
            Sampling(temperature=0.9, top_p=0.95, top_k=20, max_tokens=16384),
            "model card of Goedel-LM/Goedel-Formalizer-V2, as three public programs quote it: no "
            "newline after the problem; how a known answer is appended is not in it",
            "mathlib",
        ),
        Family("chat-core", "formalize", _chat("core"), _CHAT_SAMPLING, "ours", "core"),
        Family("chat-mathlib", "formalize", _chat("mathlib"), _CHAT_SAMPLING, "ours", "mathlib"),
    )
}
