r"""An answer as an integer: strictly, and by the literal rule of the AIMO validation sets."""

import re

_LONGEST = 4000
_INTEGER = re.compile(r"[+-]?\d+")


def python_integer(text: str) -> int | None:
    """What Python's `int` or `float` reads as an integer: the rule the validation sets are made by.

    Kept to compare with published figures. It takes `2112_6`, a numeral in base 6, for 21126,
    since Python allows an underscore between digits.
    """
    bare = text.strip()[:_LONGEST]
    try:
        return int(bare)
    except ValueError:
        pass
    try:
        value = float(bare)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None


def integer(text: str) -> int | None:
    """The integer that the answer is, or None where it is none; nothing is rounded."""
    bare = text.strip()
    return int(bare) if _INTEGER.fullmatch(bare[:_LONGEST]) else None
