r"""The option of a multiple-choice problem that an answer names by its letter.

`(B)`, `\text{B}`, `B`, and with the option itself `(B) 12`, `\textbf{(B)}\ 12`, `B. 12`,
`12 \Rightarrow \mathrm{(B)}`, `12 (B)`. A letter in parentheses that is part of a formula (`f(A)`)
names no option.
"""

import re
from dataclasses import dataclass

_FONT = r"\\(?:text(?:bf|rm|it|sf)?|math(?:rm|bf|it|sf)|mbox|boldsymbol|bold|bf)\s*\{\s*"
_PARENTHESISED = rf"(?:{_FONT})*\(\s*(?:{_FONT})*([A-Za-z])\s*\}}*\s*\)\s*\}}*"
_ALONE = re.compile(rf"(?:{_FONT})*(?:\(\s*(?:{_FONT})*([A-Za-e])\s*\}}*\s*\)|([A-Z]))[\s}}.]*")
_FIRST = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"{_PARENTHESISED}[\s:.=]*(?P<rest>[^\s=<>+*/^_!',)|].*)",
        rf"(?:{_FONT})+([A-J])\s*[.:)]?\s*\}}+[\s:.~]*(?P<rest>[^\s=<>+*/^_!',()|-].*)",
        rf"(?:{_FONT})+([A-J])\s*[.:)]\s*(?P<rest>[^\s=<>+*/^_!',)|}}][^}}]*)\}}",
        r"([A-J])\s*[.)]\s*(?P<rest>[^\s=<>+*/^_!',)|].*)",
        r"([A-J])\s*:\s*(?P<rest>[^\s=].*)",
    )
)
_ARROW = r"\\(?:Rightarrow|implies|Longrightarrow|rightarrow|to|longrightarrow)(?![A-Za-z])"
_LAST = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"(?P<rest>.+?)\s*{_ARROW}\s*(?:{_PARENTHESISED}|(?:{_FONT})*([A-E])\s*\}}*)\s*\.?",
        rf"(?P<rest>.*[^\s(])\s*(?<![A-Za-z])(?=[\s\\,])[\s,]*{_PARENTHESISED}\s*\.?",
    )
)
_SECOND = re.compile(rf"^(?:{_FONT})?[\s,]*(?:and|or)\b|{_PARENTHESISED}")
"""Another letter beside the first: several options, which are a list."""

_LETTERS = re.compile(r"[A-J]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """Its letter, a capital, and what else is written; empty where the letter is alone."""

    letter: str
    rest: str


def chosen(text: str) -> Option | None:
    """The option that `text`, in normal spelling, names; None where it names none."""
    if alone := _ALONE.fullmatch(text):
        return Option((alone[1] or alone[2]).upper(), "")
    for form in (*_FIRST, *_LAST):
        match = form.fullmatch(text)
        if match is None or _SECOND.search(match["rest"]):
            continue
        rest = form.groupindex["rest"]
        letter = next(match[at] for at in range(1, form.groups + 1) if at != rest and match[at])
        if _LETTERS.fullmatch(letter):
            return Option(letter.upper(), match["rest"].strip(" ,"))
    return None
