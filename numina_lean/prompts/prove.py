"""Asking for a proof, in the words that provers were trained on.

Covers the first question, and the next one after an attempt that Lean did not accept, where the
prover's authors ask one. `Prompt.messages` is empty for the models that go on with bare text: the
prompt is then its prefill, without any chat template.
"""

import re
from dataclasses import dataclass, replace

from numina_lean.lean.report import Message as LeanMessage
from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.feedback import goedel_errors, kimina_errors, lean_messages
from numina_lean.prompts.prelude import legend
from numina_lean.prompts.quoting import Quotes, neutral
from numina_lean.prompts.repair import said


@dataclass(frozen=True, slots=True)
class Attempt:
    """A proof that failed: the prompt, its completion, the source that was checked, what Lean said.

    `round` counts the attempts so far, this one among them.
    """

    prompt: Prompt
    completion: str
    source: str
    messages: tuple[LeanMessage, ...]
    round: int = 1


@dataclass(frozen=True, slots=True)
class ProveRequest:
    """`statement` is a whole Lean source that ends in `:= by sorry`.

    `problem` and `proof` are in words, where they are known.
    """

    statement: str
    problem: str | None = None
    proof: str | None = None
    attempt: Attempt | None = None


_LEFT_OPEN = re.compile(r":=\s*(?:by\s+)?sorry\s*\Z")
_PLAN = (
    "Before producing the Lean 4 code to formally prove the given theorem, provide a detailed "
    "proof plan outlining the main proof steps and strategies.\n"
    "The plan should highlight key ideas, intermediate lemmas, and proof structures that will "
    "guide the construction of the final formal proof."
)


def with_ending(request: ProveRequest, ending: str) -> str:
    """The source with its problem as documentation and `ending` for `:= by sorry`.

    Raises `ValueError` for a source that does not end so.
    """
    signature, found = _LEFT_OPEN.subn("", request.statement)
    if not found:
        raise ValueError("the statement does not end in `:= by sorry`")
    if request.problem is not None:
        words = neutral(request.problem).replace("/-", "/ -").replace("-/", "- /").strip()
        at = max(signature.rfind("\ntheorem "), -1) + 1
        signature = f"{signature[:at]}/-- {words}-/\n{signature[at:]}"
    return f"{signature}{ending}"


def _kimina(request: ProveRequest) -> Prompt:
    if request.attempt is not None:
        return _again(request.attempt, kimina_errors(*_said_by_lean(request.attempt)))
    formal = with_ending(request, ":= by\n")
    problem = neutral(request.problem) if request.problem is not None else _bare(formal)
    task = (
        "Think about and solve the following problem step by step in Lean 4."
        f"\n# Problem:{problem}\n# Formal statement:\n```lean4\n{formal}\n```\n"
    )
    system = "You are an expert in mathematics and Lean 4."
    return Prompt((Message("system", system), Message("user", task)))


def _bare(source: str) -> str:
    """The statement without its header, which stands for a problem that is not known in words."""
    header = ("import", "set_option", "open")
    lines = (line for line in source.splitlines() if line.strip() and not line.startswith(header))
    return "\n".join(lines)


def _goedel(request: ProveRequest) -> Prompt:
    if request.attempt is not None:
        attempt = request.attempt
        complaint = (
            f"The proof (Round {attempt.round - 1}) is not correct. Following is the compilation "
            "error message, where we use <error></error> to signal the position of the error.\n\n"
            f"{goedel_errors(*_said_by_lean(attempt))}"
            "\n\nBefore producing the Lean 4 code to formally prove the given theorem, provide a "
            "detailed analysis of the error message."
        )
        return _again(attempt, complaint)
    formal = with_ending(request, ":= by\n  sorry")
    task = f"Complete the following Lean 4 code:\n\n```lean4\n{formal}```\n\n{_PLAN}"
    return Prompt((Message("user", task),))


def _deepseek_v2(request: ProveRequest) -> Prompt:
    formal = with_ending(request, ":= by\n  sorry")
    task = f"Complete the following Lean 4 code:\n\n```lean4\n{formal}\n```\n\n{_PLAN}"
    return Prompt((Message("user", task),))


def _deepseek_v2_short(request: ProveRequest) -> Prompt:
    formal = with_ending(request, ":= by\n  sorry")
    return Prompt(
        (Message("user", f"Complete the following Lean 4 code:\n\n```lean4\n{formal}\n```"),)
    )


def _deepseek_v15(request: ProveRequest) -> Prompt:
    formal = with_ending(request, ":= by\n")
    return Prompt((), prefill=f"Complete the following Lean 4 code:\n\n```lean4\n{formal}")


def _deepseek_v15_comments(request: ProveRequest) -> Prompt:
    task = (
        "Complete the following Lean 4 code with explanatory comments preceding each line of code:"
    )
    return Prompt((), prefill=f"{task}\n\n```lean4\n{with_ending(request, ':= by' + chr(10))}")


def _again(attempt: Attempt, complaint: str) -> Prompt:
    turns = (Message("assistant", neutral(attempt.completion)), Message("user", neutral(complaint)))
    return Prompt((*attempt.prompt.messages, *turns), attempt.prompt.prefill)


def _said_by_lean(attempt: Attempt) -> tuple[str, tuple[LeanMessage, ...]]:
    return attempt.source, attempt.messages


_PROVER = f"""\
You prove theorems in Lean 4. You are given a source that ends in `sorry`, and you give it back \
with a proof: the same header, the same definitions, the same theorem, word for word, and lemmas \
of your own before it if you need them.

{DATA}

The proof rests on nothing but what the source imports. Without mathlib that is core Lean: \
`omega`, `grind`, `simp`, `decide`, `exact`, `apply`, `induction`, `rcases`, `cases`, `have`, \
`calc`, `rw`, `intro`, `refine`, `constructor`; not `ring`, `linarith`, `nlinarith`, `norm_num`, \
`field_simp`, `positivity`. No `sorry`, no `native_decide`, no axiom, no option that changes how \
Lean checks.

Think as much as you need. End with the whole source in one block, ```lean4 … ```.
"""


def _chat(request: ProveRequest) -> Prompt:
    if request.attempt is not None:
        attempt = replace(request.attempt, completion=said(request.attempt.completion))
        errors = lean_messages(*_said_by_lean(attempt))
        quotes = Quotes((errors,))
        complaint = (
            f"Lean does not accept it.\n{quotes.block('messages', errors)}\n\nSay what was wrong, "
            "and give the whole source with another proof."
        )
        return _again(attempt, complaint)
    quotes = Quotes((request.problem or "", request.proof or "", request.statement))
    parts = ["Prove this theorem.", quotes.block("statement", request.statement)]
    parts += legend(request.statement)
    if request.problem is not None:
        parts += ["It states this problem:", quotes.block("problem", request.problem)]
    if request.proof is not None:
        parts += ["A solution in words, which may be wrong:", quotes.block("proof", request.proof)]
    return Prompt((Message("system", _PROVER), Message("user", "\n".join(parts))))


_SCRIPTS = "src/utils.py of Goedel-LM/Goedel-Prover-V2, read in a copy of that repository"
_BARE = Sampling(temperature=1.0, top_p=0.95, max_tokens=2048, stop=("```",))

FAMILIES: dict[str, Family[ProveRequest]] = {
    family.name: family
    for family in (
        Family(
            "kimina",
            "prove",
            _kimina,
            Sampling(temperature=0.6, top_p=0.95, max_tokens=8096),
            "model card of AI-MO/Kimina-Prover-Preview-Distill-7B, read in a copy of its script; "
            "after an attempt, kimina_prover_demo of MoonshotAI/Kimina-Prover-Preview, without the "
            "goals, which need an info tree",
        ),
        Family(
            "goedel-v2",
            "prove",
            _goedel,
            Sampling(temperature=1.0, top_p=0.95, max_tokens=32768),
            f"README of Goedel-LM/Goedel-Prover-V2; after an attempt, {_SCRIPTS}; the length is "
            "the report's",
        ),
        Family(
            "deepseek-v2",
            "prove",
            _deepseek_v2,
            Sampling(temperature=1.0, top_p=0.95, max_tokens=8192),
            "README of deepseek-ai/DeepSeek-Prover-V2",
        ),
        Family(
            "deepseek-v2-short",
            "prove",
            _deepseek_v2_short,
            Sampling(temperature=1.0, top_p=0.95, max_tokens=8192),
            "the README's prompt without its plan, as the report describes the mode without chain "
            "of thought; not held against the report byte for byte",
        ),
        Family(
            "deepseek-v1.5",
            "prove",
            _deepseek_v15,
            _BARE,
            "quick_start.py of deepseek-ai/DeepSeek-Prover-V1.5; its post-processing cuts at the "
            "first fence, as the stop string does",
        ),
        Family(
            "deepseek-v1.5-cot",
            "prove",
            _deepseek_v15_comments,
            _BARE,
            "prover/utils.py of deepseek-ai/DeepSeek-Prover-V1.5",
        ),
        Family(
            "chat", "prove", _chat, Sampling(temperature=0.8, top_p=0.95, max_tokens=16384), "ours"
        ),
    )
}
