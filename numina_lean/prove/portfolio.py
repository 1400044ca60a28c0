"""The tactic portfolios as data: what is tried on a statement, in which order, with what budget.

Order: by proofs per second on what the tactics before left open, measured on 175 statements of
miniF2F, PutnamBench and others that need no mathlib, and on what the rules translator makes of
MATH; entries that fit one shape of statement stand where they cost the others nothing.
`benchmarks/measure_portfolio.py` repeats the measurement. Each entry has its own heartbeat limit,
which is deterministic; the wall-clock limit of a check is only the net behind it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numina_lean.prove import shapes
from numina_lean.translate.statement import Profile, Statement


@dataclass(frozen=True, slots=True)
class Tactic:
    """A proof to try. `proof` is what follows `:=`, or makes it for a statement's shape."""

    name: str
    proof: str | Callable[[Statement], Iterator[str]]
    heartbeats: int = 20_000

    def proofs(self, statement: Statement) -> Iterator[str]:
        """The proofs that this entry means for `statement`; none where the shape is another."""
        if isinstance(self.proof, str):
            yield self.proof
        else:
            yield from self.proof(statement)


CORE = (
    Tactic("omega", "by omega"),
    Tactic("decide_kernel", "by decide +kernel"),
    Tactic("roots", shapes.roots, heartbeats=40_000),
    Tactic("greatest_divisor", shapes.greatest_divisor, heartbeats=40_000),
    Tactic("exponent", shapes.exponent, heartbeats=40_000),
    Tactic("finite_set", shapes.finite_set, heartbeats=40_000),
    Tactic("grind", "by intros; subst_vars; grind", heartbeats=40_000),
    Tactic("simp_all", "by simp_all"),
    Tactic("induction", shapes.induction, heartbeats=40_000),
    Tactic("residues", shapes.residues, heartbeats=40_000),
    Tactic("squares", shapes.squares, heartbeats=40_000),
)
"""What core Lean has. `grind` came after Lean 4.15: there its entries fail, the others remain."""

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


QUICK: dict[Profile, int] = {"core": 7, "mathlib": 4}
"""So many entries at the head of a portfolio find nearly all that it finds, in little time."""


def portfolio(profile: Profile) -> tuple[Tactic, ...]:
    """The tactics that a profile's library has, in the order to try them."""
    return CORE if profile == "core" else MATHLIB
