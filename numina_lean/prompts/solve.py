"""Asking for a solution that reasons in words and calculates in Python (tool-integrated reasoning).

The text that a model has written so far, with the outputs it was shown, is the prompt's prefill:
the model goes on with its own answer.
"""

from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts.family import Family
from numina_lean.prompts.quoting import neutral


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """`problem` in words; `so_far`: the solution as it stands, empty at the beginning."""

    problem: str
    so_far: str = ""


_SAMPLING = Sampling(temperature=0.8, max_tokens=2048, stop=("```output\n",), keep_stop=True)

_QWEN = (
    "Please integrate natural language reasoning with programs to solve the problem above, "
    "and put your final answer within \\boxed{}."
)

_CHAT = """\
Solve the problem with short reasoning and Python. Whatever can be calculated, calculate: write a \
program in a block that begins with ```python and ends with ```, and right after it open a block \
with ```output. There you will be shown what the program printed; never write an output yourself.
Each program starts afresh: define all that it needs. sympy, numpy, scipy and networkx are there. \
A program has a few seconds, and of its output you see the first 200 characters, so print little.
If a program fails, mend it. Once an output gives the answer, say it in one sentence that ends \
with the answer in \\boxed{}: nothing else in the box, no units, fractions in lowest terms.

Example.

Problem: How many positive integers below 1000 are divisible by 7 but not by 5?

The integers can be counted one by one.
```python
print(sum(1 for n in range(1, 1000) if n % 7 == 0 and n % 5 != 0))
```
```output
114
```
There are 114 of them, so the answer is \\boxed{114}."""


def _numina(request: SolveRequest) -> Prompt:
    return Prompt((Message("user", neutral(request.problem)),), prefill=request.so_far)


def _qwen(request: SolveRequest) -> Prompt:
    messages = (Message("system", _QWEN), Message("user", neutral(request.problem)))
    return Prompt(messages, prefill=request.so_far)


def _chat(request: SolveRequest) -> Prompt:
    messages = (Message("system", _CHAT), Message("user", f"Problem: {neutral(request.problem)}"))
    return Prompt(messages, prefill=request.so_far)


FAMILIES = {
    family.name: family
    for family in (
        Family(
            "numina",
            "solve",
            _numina,
            _SAMPLING,
            "NuminaMath-7B-TIR: the problem alone; its chat template adds `### Problem: ` and "
            "`### Solution: `. Sampling of the winning AIMO entry.",
        ),
        Family(
            "qwen",
            "solve",
            _qwen,
            _SAMPLING,
            "Qwen2.5-Math, tool-integrated reasoning: the system message of its model card, at "
            "second hand.",
        ),
        Family("chat", "solve", _chat, _SAMPLING, "ours, for any chat model"),
    )
}
