"""The tactic portfolios as data: what is tried on a statement, in which order, with what budget.

Order: by proofs per second on what the tactics before left open, measured on the 175 statements
of miniF2F, PutnamBench and others that need no mathlib, and on the rules translator's output;
`benchmarks/` repeats the measurement. Each entry has its own heartbeat limit, which is
deterministic; the wall-clock limit of a check is only the net behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from numina_lean.prove.binders import Variable, leading_variables
from numina_lean.translate.statement import Profile, Statement

PerVariable = Literal["Nat"]


@dataclass(frozen=True, slots=True)
class Tactic:
    """A proof to try. `proof` is what follows `:=`.

    With `variable`, the entry is tried on each number variable of that type, whose name replaces
    `{v}` in `proof`; a statement without one skips it.
    """

    name: str
    proof: str
    heartbeats: int = 20_000
    variable: PerVariable | None = None

    def proofs(self, statement: Statement) -> Iterator[str]:
        """The proofs that this entry means for `statement`."""
        if self.variable is None:
            yield self.proof
            return
        for found in _leading(statement, self.variable)[:2]:
            yield self.proof.replace("{v}", found.name)


def _leading(statement: Statement, kind: PerVariable) -> list[Variable]:
    return [found for found in leading_variables(statement) if found.type == kind]


CORE = (
    Tactic("omega", "by omega"),
    Tactic("decide_kernel", "by decide +kernel"),
    Tactic("simp_all", "by simp_all"),
    Tactic("grind", "by intros; subst_vars; grind", heartbeats=40_000),
    Tactic("grind_conjuncts", "by refine ⟨?_, ?_⟩ <;> intros <;> grind"),
    Tactic("induction_omega", "by induction {v} <;> omega", variable="Nat"),
    Tactic("induction_grind", "by induction {v} <;> grind", variable="Nat"),
)
"""What core Lean has."""

MATHLIB = (
    Tactic("norm_num", "by norm_num"),
    Tactic("omega", "by omega"),
    Tactic("decide", "by decide"),
    Tactic("simp_all", "by simp_all"),
    Tactic("norm_num_all", "by norm_num at *"),
    Tactic("linarith", "by intros; linarith"),
    Tactic("ring", "by intros; subst_vars; ring"),
    Tactic("field_simp", "by intros; subst_vars; field_simp; ring", heartbeats=100_000),
    Tactic("nlinarith", "by intros; nlinarith", heartbeats=200_000),
    Tactic("positivity", "by intros; positivity"),
    Tactic(
        "nlinarith_constructor",
        "by constructor <;> intros <;> nlinarith",
        heartbeats=200_000,
    ),
    Tactic("aesop", "by aesop", heartbeats=200_000),
)
"""What mathlib at Lean 4.15 adds; `grind` is not in it yet."""

VACUOUS = (
    Tactic("omega", "by exfalso; omega"),
    Tactic("grind", "by exfalso; grind"),
)
"""Proofs that succeed when a statement's own hypotheses contradict each other.

The conclusion is elaborated as it stands, and hypotheses inside it are left there, so that a
statement that something is impossible is not taken for one.
"""

NEGATION = (
    Tactic("decide_kernel", "by decide +kernel"),
    Tactic("omega", "by omega"),
    Tactic("simp", "by simp"),
    Tactic("grind", "by grind"),
)
"""Proofs of a negation in which no instance needs to be found."""


def portfolio(profile: Profile) -> tuple[Tactic, ...]:
    """The tactics that a profile's library has, in the order to try them."""
    return CORE if profile == "core" else MATHLIB
