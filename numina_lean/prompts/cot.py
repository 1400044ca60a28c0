"""Asking for the texts of a CoT row: translated, solved step by step, or with its answer boxed.

The families are what a build asks for. The reply is Markdown between tags, which LaTeX survives
better than JSON: `replied` reads it.
"""

import re
from dataclasses import dataclass

from numina_lean.models.model import Message, Prompt, Sampling
from numina_lean.prompts.chat import DATA
from numina_lean.prompts.family import Family
from numina_lean.prompts.quoting import Quotes

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CotRequest:
    """A problem as it stands; `proof`: it asks for one, so there is no value to box.

    A solution is needed by `realign` and `box`, shown by `translate` and `vary` where there is one,
    and not shown by `solve`. No reference answer is shown: who has it judges the reply by it.
    """

    problem: str
    solution: str | None = None
    proof: bool = False


def replied(text: str, tag: str) -> str | None:
    """What a reply has between `<tag>` and `</tag>`, the last time; None without both of them.

    Thoughts are no part of a reply.
    """
    text = _THOUGHT.sub("", text)
    end = text.rfind(f"</{tag}>")
    start = text.rfind(f"<{tag}>", 0, max(end, 0))
    if start < 0:
        return None
    return text[start + len(tag) + 2 : end].strip()


_FORM = """\
Write Markdown, with formulas in LaTeX between $ and $, or $$ and $$ on lines of their own. Keep \
references to images and [asy] code as they are."""

_END_VALUE = """the final answer in \\boxed{}: once, in the last sentence, with nothing in the box \
but the answer. Do not box anything else. If the answer is a choice, box its letter; if several \
values are asked for, put all of them into the one box, with commas between them."""

_END_PROOF = "the sign ■ at the end of the proof, and box nothing."

_TRANSLATE = f"""\
You translate competition mathematics into English, as an English contest paper would print it.

{DATA}

1. Nothing is added, left out, corrected, solved or explained. Every number, formula, name, choice \
and label stays what it is; only words are translated, also words within formulas.
2. Use the terms of English textbooks. Numbers in words become numbers in words.
3. What is English already stays as it is.
4. {_FORM}

Answer with the problem between <problem> and </problem>, then, if there is a solution, the \
solution between <solution> and </solution>, and nothing else.
"""

_REALIGN = f"""\
You rewrite solutions of competition problems as one clear chain of thought.

{DATA}

1. Follow the given solution: same idea, same steps, in an order in which each step follows from \
what stands before it. Fill in steps that are skipped; leave out remarks, credits, links, other \
solutions and dead ends.
2. Begin with the reasoning itself. Use short paragraphs or numbered steps; calculate in formulas.
3. If the given solution is wrong, correct it. Do not speak of the given solution, nor of the \
answer as known beforehand.
4. {_FORM}
5. End with {{end}}

Answer with the solution between <solution> and </solution>, and nothing else.
"""

_BOX = f"""\
You mark the final answer of a solution of a competition problem.

{DATA}

Repeat the solution word for word, with one change: it ends with {{end}} If the solution already \
states its answer in a last sentence, mark it there; else add one sentence.

Answer with the solution between <solution> and </solution>, and nothing else.
"""

_SOLVE = f"""\
You solve competition problems, step by step.

{DATA}

1. Begin with the reasoning itself. Use short paragraphs or numbered steps; calculate in formulas, \
and justify each step.
2. Do not guess: if a way leads nowhere, do not write it down.
3. {_FORM}
4. End with {{end}}

Answer with the solution between <solution> and </solution>, and nothing else.
"""

_VARY = f"""\
You write new competition problems. You are given one and write another, with its solution.

{DATA}

1. The new problem is of the same field and difficulty, and asks something else: change what is \
given, what is asked, or the setting, not only the numbers.
2. It is complete and clear without the given one, needs no picture, and has exactly one answer.
3. The solution is a chain of thought: each step follows from what stands before it, calculations \
are in formulas. Solve it completely before you write it down; if it does not work out, take \
another problem.
4. {_FORM}
5. The solution ends with {_END_VALUE}

Answer with the problem between <problem> and </problem>, then the solution between <solution> and \
</solution>, and nothing else.
"""


def _asked(instructions: str, request: CotRequest, *, solution: bool) -> Prompt:
    shown = request.solution if solution else None
    quotes = Quotes((request.problem, shown or ""))
    parts = ["The problem:", quotes.block("problem", request.problem)]
    if shown is not None:
        parts += ["The solution:", quotes.block("solution", shown)]
    return Prompt((Message("system", instructions), Message("user", "\n".join(parts))))


def _ending(text: str, request: CotRequest) -> str:
    return text.replace("{end}", _END_PROOF if request.proof else _END_VALUE)


def _translate(request: CotRequest) -> Prompt:
    return _asked(_TRANSLATE, request, solution=True)


def _realign(request: CotRequest) -> Prompt:
    return _asked(_ending(_REALIGN, request), request, solution=True)


def _box(request: CotRequest) -> Prompt:
    return _asked(_ending(_BOX, request), request, solution=True)


def _solve(request: CotRequest) -> Prompt:
    return _asked(_ending(_SOLVE, request), request, solution=False)


def _vary(request: CotRequest) -> Prompt:
    return _asked(_VARY, request, solution=True)


_EXACT = Sampling(temperature=0.0, max_tokens=8192)
_FREE = Sampling(temperature=0.8, max_tokens=8192)
"""Facts of NuminaMath: synthetic problems are drawn at temperature 0.8."""

FAMILIES: dict[str, Family[CotRequest]] = {
    family.name: family
    for family in (
        Family("translate", "cot", _translate, _EXACT, "ours"),
        Family("realign", "cot", _realign, _EXACT, "ours"),
        Family("box", "cot", _box, _EXACT, "ours"),
        Family("solve", "cot", _solve, _FREE, "ours"),
        Family("vary", "cot", _vary, _FREE, "ours; the published rows were drawn so, at 0.8"),
    )
}
