"""How a problem and its solution are spelt for training: NuminaMath's chat template, to the byte.

    ### Problem: {user}
    ### Solution: {assistant}

Each turn ends in a line feed; a system message is dropped; what is asked for ends in
`### Solution: `, with the blank. The template has no special tokens. Where the tokens of an example
are made (`tokens`), the tokenizer's end-of-text token follows the last line feed, as it did in the
published runs, whose packing put it between examples; at inference the model ends its answer
with the line feed and that token. No begin-of-text token is put in front: prompts that are made
with a chat template (`models.chat_template`) have none either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from numina_lean.models.model import Message

PROBLEM = "### Problem: "
SOLUTION = "### Solution: "

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '### Problem: ' + message['content'] + '\n' }}"
    "{% elif message['role'] == 'assistant' %}{{ '### Solution: ' + message['content'] + '\n' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt and messages and messages[-1]['role'] == 'user' %}"
    "{{ '### Solution: ' }}{% endif %}"
)
"""Jinja that spells as `spell` does; a model is saved with it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an example's text. `answer`: it is the solution's, with its line feed."""

    text: str
    answer: bool


def pieces(turns: Sequence[Message]) -> tuple[Piece, ...]:
    """The text of the turns, in pieces that joined are what the template spells."""
    found: list[Piece] = []
    for turn in turns:
        if turn.role == "user":
            found.append(Piece(f"{PROBLEM}{turn.content}\n", answer=False))
        elif turn.role == "assistant":
            found.append(Piece(SOLUTION, answer=False))
            found.append(Piece(f"{turn.content}\n", answer=True))
    return tuple(found)


def spell(turns: Sequence[Message], *, ask: bool = False) -> str:
    """The text of the turns. `ask`: with what makes the model answer the last of them."""
    text = "".join(piece.text for piece in pieces(turns))
    return text + SOLUTION if ask and turns and turns[-1].role == "user" else text
