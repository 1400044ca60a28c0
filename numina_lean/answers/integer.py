r"""An answer as an integer: strictly, and by the literal rule of the AIMO validation sets."""

from numina_lean.answers.reading import read
from numina_lean.answers.value import Choice, Named, Number, Quantity


def integer(text: str) -> int | None:
    r"""The integer that the answer is, or None where it is none; nothing is rounded.

    What is worked out exactly counts (`5.0`, `1{,}000`, `\frac{10}{2}`, `3^2`, `\sqrt{16}`), a
    numeral of another base has its value (`2112_6` is 476), and a name, an option's letter and a
    unit beside the number are looked past (`x = 3`, `(B) 12`, `5\text{ cm}`, `50\%`). None for
    3.5, for several numbers, for a letter alone, and for what only algebra would show to be one.
    """
    value = read(text)
    while isinstance(value, Named | Choice) and value.value is not None:
        value = value.value
    if not isinstance(value, Quantity) or not isinstance(value.amount, Number):
        return None
    number = value.amount.value
    return number.numerator if number.denominator == 1 else None


def python_integer(text: str) -> int | None:
    """What Python's `int` or `float` reads as an integer: the rule the validation sets are made by.

    Kept to compare with published figures. It takes `2112_6`, a numeral in base 6, for 21126,
    since Python allows an underscore between digits.
    """
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None
