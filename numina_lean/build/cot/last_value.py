"""The value that the last sentence of a solution in prose comes to.

The number after the last equals sign, else after the last verb that gives a value, else the only
one. A sentence with several numbers and no such sign is not guessed at.
"""

import re

_NUMBER = r"-?(?:\\frac\{-?\d+\}\{\d+\}|\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?)"
_VALUE = rf"(?:\\?\$)?\s*(?P<value>{_NUMBER})(?:\s*\\?%)?"
_NUMBERS = re.compile(rf"(?<![\w.]){_VALUE}(?![\w])")
_AFTER_EQUALS = re.compile(rf"=\s*{_VALUE}(?!\s*[-+*/×÷=^(\d])")
_AFTER_VERB = re.compile(
    r"\b(?:is|are|was|were|equals?|be|been|has|have|had|gets?|got|makes?|needs?|costs?|takes?"
    r"|spent|spend|earns?|earned|receives?|received|pays?|paid|weighs?|left with|remains?)\s+"
    r"(?:(?:approximately|about|only|exactly|also|a total of|equal to|the number|now|still)\s+)*"
    rf"{_VALUE}(?![\w/])"
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z\\$*])|\n+")


def last_value(solution: str) -> str | None:
    """The value as LaTeX has it, without separators of thousands; None where it could be one of
    several, or there is none.
    """
    sentences = [part for part in _SENTENCES.split(solution.strip()) if part.strip()]
    last = " ".join(sentences[-1].split()) if sentences else ""
    for pattern in (_AFTER_EQUALS, _AFTER_VERB):
        found = list(pattern.finditer(last))
        if found:
            return _value(found[-1])
    numbers = list(_NUMBERS.finditer(last))
    return _value(numbers[0]) if len(numbers) == 1 else None


def _value(match: re.Match[str]) -> str:
    percent = "\\%" if match[0].rstrip().endswith("%") else ""
    return match["value"].replace(",", "") + percent
