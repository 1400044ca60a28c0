"""A formal statement as a structure, printed as Lean source with any proof put in its place."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Profile = Literal["core", "mathlib"]
"""`core`: Lean's own library (ℕ, ℤ, ℚ) and `NuminaLean.Prelude`. `mathlib`: `import Mathlib`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`theorem name binders : conclusion` under a header and after auxiliary definitions.

    `header` is Lean text (imports, options, opens), `definitions` are whole Lean commands,
    `binders` are bracketed binders such as `(x : Int)` and `(h : x > 0)`, in order.
    """

    name: str
    header: str
    binders: tuple[str, ...]
    conclusion: str
    definitions: tuple[str, ...] = ()

    def source(self, proof: str = "by sorry") -> str:
        """The whole Lean source, with `proof` after `:=`."""
        return self._source(self.name, self.binders, self.conclusion, proof)

    def negation(self, proof: str = "by sorry") -> str:
        """The same source stating that the statement is false: `¬ ∀ binders, conclusion`."""
        quantified = (
            f"∀ {' '.join(self.binders)}, {self.conclusion}" if self.binders else (self.conclusion)
        )
        return self._source(f"{self.name}_negated", (), f"¬ ({quantified})", proof)

    @property
    def digest(self) -> str:
        """SHA-256 of `source()`, in hexadecimal."""
        return hashlib.sha256(self.source().encode()).hexdigest()

    def _source(self, name: str, binders: tuple[str, ...], conclusion: str, proof: str) -> str:
        parts = [self.header.strip(), *self.definitions]
        signature = "".join(f"\n    {binder}" for binder in binders)
        parts.append(f"theorem {name}{signature} :\n    {conclusion} := {proof}")
        return "\n\n".join(part for part in parts if part) + "\n"
