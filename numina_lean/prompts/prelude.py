"""The functions of `NuminaLean.Prelude`, told to models, which cannot know them."""

import re

Function = tuple[str, str]
"""A declaration as the prelude has it, and what it is."""

PRELUDE = (
    ("isPrime (n : Nat) : Bool", "n is prime"),
    ("factorial : Nat → Nat", "n!"),
    ("choose (n k : Nat) : Nat", "binomial coefficient"),
    ("fib (n : Nat) : Nat", "Fibonacci numbers, fib 0 = 0, fib 1 = 1"),
    ("digits (b n : Nat) : List Nat", "digits in base b, units first"),
    ("ofDigits (b : Nat) : List Nat → Nat", "the number with those digits, units first"),
    ("isPower (e n : Nat) : Bool", "n is an e-th power; squares for e = 2"),
    ("floorSqrt (n : Nat) : Nat", "whole part of the square root"),
    ("between (low high : Nat) : List Nat", "low, …, high"),
    ("integersBetween (low high : Int) : List Int", "low, …, high"),
    ("sumRange (low high : Nat) (f : Nat → α) : α", "f low + … + f high"),
    ("prodRange (low high : Nat) (f : Nat → α) : α", "f low * … * f high"),
)
"""The functions of `NuminaLean.Prelude` that statements use, as its source declares them."""

_USED = re.compile(r"(?<![\w.])NuminaLean\.(\w+)")


def listed(functions: tuple[Function, ...]) -> str:
    return "\n".join(f"  NuminaLean.{declaration} -- {note}" for declaration, note in functions)


def legend(source: str) -> tuple[str, ...]:
    """A paragraph on the prelude's functions that `source` uses; empty where it uses none."""
    used = set(_USED.findall(source))
    known = tuple(each for each in PRELUDE if each[0].split(maxsplit=1)[0] in used)
    return (f"Functions that it uses:\n{listed(known)}",) if known else ()
