"""The deterministic gates in the order in which a candidate meets them, cheapest first."""

from collections.abc import Awaitable, Callable, Collection

from numina_lean.gates.answer import answer
from numina_lean.gates.backtranslation import backtranslation
from numina_lean.gates.compile import compiles
from numina_lean.gates.conditions import conditions
from numina_lean.gates.gate import Bench, Gate, GateName, Ruling, Subject
from numina_lean.gates.judge import judge
from numina_lean.gates.lint import lint
from numina_lean.gates.numerals import numerals
from numina_lean.gates.panel import Panel
from numina_lean.gates.parse import parse
from numina_lean.gates.refutation import refutation
from numina_lean.gates.triviality import triviality
from numina_lean.gates.vacuity import vacuity
from numina_lean.gates.wording import wording

DETERMINISTIC: tuple[tuple[GateName, Gate], ...] = (
    ("parse", parse),
    ("answer", answer),
    ("numerals", numerals),
    ("wording", wording),
    ("compile", compiles),
    ("lint", lint),
    ("triviality", triviality),
    ("vacuity", vacuity),
    ("refutation", refutation),
)

NEEDED: frozenset[GateName] = frozenset({"parse", "compile"})
"""What does not pass these is no statement: the gates after them say nothing about it."""


def examine(subject: Subject, bench: Bench, skip: Collection[GateName] = ()) -> tuple[Ruling, ...]:
    """The rulings in order, up to the first that does not pass."""
    return _rulings(subject, bench, skip, to_the_end=False)


def examine_all(
    subject: Subject, bench: Bench, skip: Collection[GateName] = ()
) -> tuple[Ruling, ...]:
    """The ruling of every gate, up to a needed one that does not pass: for calibration."""
    return _rulings(subject, bench, skip, to_the_end=True)


def _rulings(
    subject: Subject, bench: Bench, skip: Collection[GateName], *, to_the_end: bool
) -> tuple[Ruling, ...]:
    rulings: list[Ruling] = []
    for name, gate in DETERMINISTIC:
        if name in skip:
            continue
        rulings.append(gate(subject, bench))
        if not rulings[-1].passed and (name in NEEDED or not to_the_end):
            break
    return tuple(rulings)


JudgedGate = Callable[[Subject, Panel], Awaitable[Ruling]]

JUDGED: tuple[tuple[GateName, JudgedGate], ...] = (
    ("conditions", conditions),
    ("backtranslation", backtranslation),
    ("judge", judge),
)
"""The gates that ask a model, in their order."""
