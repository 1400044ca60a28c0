r"""The text of a trace as a published solution: prose, ```python and ```output blocks.

A model opens its blocks as it likes (```py, no fence at the end before ```output); here each block
begins and ends on a line of its own, and the text ends with the sentence that holds the last box.
An output is what a program printed. One that the model wrote itself is none, and there is no
solution of a trace that has such a block.
"""

import re
from dataclasses import dataclass
from typing import Literal

from numina_lean.prompts.quoting import neutral
from numina_lean.solve.procedure import OUTPUT_MARK
from numina_lean.solve.trace import Trace, Turn

Kind = Literal["prose", "python", "output"]

_PYTHON = re.compile(
    r"```[ \t]*(?:python|py)[ \t]*\r?\n(?P<code>.*?)"
    r"(?:\r?\n[ \t]*```[ \t]*(?=\n|\Z)|(?=\n[ \t]*```)|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_OUTPUT = re.compile(r"```[ \t]*output\b", re.IGNORECASE)
_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a solution, without its fences."""

    kind: Kind
    text: str


def current_turns(trace: Trace) -> tuple[Turn, ...]:
    """The turns that the trace's text is made of: those since its last restart."""
    begin = max((at + 1 for at, turn in enumerate(trace.turns) if turn.restarted), default=0)
    return trace.turns[begin:]


def invents_output(trace: Trace) -> bool:
    """Whether the model wrote an output block of its own, beside those that it asked for."""
    return any(_OUTPUT.search(turn.text.removesuffix(OUTPUT_MARK)) for turn in current_turns(trace))


def has_special_token(trace: Trace) -> bool:
    """Whether a turn holds what a tokenizer takes for the mark of a turn or of a thought."""
    return any(neutral(turn.text) != turn.text for turn in current_turns(trace))


def blocks_of(trace: Trace) -> tuple[Block, ...]:
    """The blocks of the trace's text, in order; prose that is blank is left out."""
    found: list[Block] = []
    for turn in current_turns(trace):
        found += _blocks(turn.text.removesuffix(OUTPUT_MARK))
        if turn.output is not None:
            found.append(Block("output", turn.output))
    return tuple(found)


def solution_text(blocks: tuple[Block, ...]) -> str | None:
    """The published form; None where the text does not end in prose with a box.

    What stands after the line of the last box is left out.
    """
    if not blocks or blocks[-1].kind != "prose":
        return None
    ending = _up_to_box(blocks[-1].text)
    if ending is None:
        return None
    return "\n".join(_shown(each) for each in (*blocks[:-1], Block("prose", ending)))


def _blocks(text: str) -> list[Block]:
    found: list[Block] = []
    end = 0
    for match in _PYTHON.finditer(text):
        found += _prose(text[end : match.start()])
        found.append(Block("python", match["code"].strip("\r\n").rstrip()))
        end = match.end()
    return found + _prose(text[end:])


def _prose(text: str) -> list[Block]:
    text = _BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip()
    return [Block("prose", text)] if text else []


def _shown(block: Block) -> str:
    return block.text if block.kind == "prose" else f"```{block.kind}\n{block.text}\n```"


def _up_to_box(text: str) -> str | None:
    boxes = list(_BOX.finditer(text))
    if not boxes:
        return None
    depth, at = 0, boxes[-1].end()
    while at < len(text) and not (text[at] == "\n" and depth <= 0):
        depth += (text[at] == "{") - (text[at] == "}")
        at += 1
    closing = re.match(r"\s*(?:\\\]|\$\$)", text[at:])
    return text[: at + (closing.end() if closing else 0)].rstrip()
