"""Intervals of confidence for a share of successes."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: intervals are two-sided, of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` out of `total`; `low` and `high` bound the share by Wilson's interval."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def low(self) -> float | None:
        return self._bounds()[0] if self.total else None

    @property
    def high(self) -> float | None:
        return self._bounds()[1] if self.total else None

    def _bounds(self) -> tuple[float, float]:
        # E. B. Wilson, Probable inference, J. Amer. Statist. Assoc. 22 (1927).
        n, p = self.total, self.hits / self.total
        centre = p + Z * Z / (2 * n)
        spread = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        low, high = (centre - spread) / scale, (centre + spread) / scale
        return (0.0 if self.hits == 0 else low, 1.0 if self.hits == n else high)

    def fields(self) -> dict[str, object]:
        return {
            "hits": self.hits,
            "total": self.total,
            "share": self.value,
            "low": self.low,
            "high": self.high,
        }

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = self._bounds()
        return f"{self.hits / self.total:.1%} [{low:.1%}, {high:.1%}]"
