"""The sources in `attacks/`, each with what a check of it has to come to.

A file begins with comments: `-- family: …`, `-- expect: verdict:reason|…` (any is right; `-` is no
reason, `*` any), and where needed `-- timeout: seconds`, `-- strict: yes` and `-- repeat: text`
(the proof is that text, very often). Behind the line `/- reference -/` stands the reference.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from numina_lean.check.verdict import Item, Outcome, Policy

FOLDER = Path(__file__).parent / "attacks"
_KEY = re.compile(r"^-- (family|expect|timeout|repeat|strict): (.*)$", re.MULTILINE)
_REFERENCE = "\n/- reference -/\n"
_REPEATS = 100_000


@dataclass(frozen=True, slots=True)
class Attack:
    """A source that tries something, or, in the family `honest`, does nothing wrong."""

    name: str
    family: str
    expected: tuple[tuple[str, str], ...]
    item: Item

    def allows(self, outcome: Outcome) -> bool:
        """Whether `outcome` is one of those expected."""
        given = (outcome.verdict.value, outcome.reason or "-")
        return any(
            given == (verdict, reason) or (verdict, "*") == (given[0], reason)
            for verdict, reason in self.expected
        )


def attacks() -> list[Attack]:
    """All of them, sorted by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.lean"))]


def _read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    keys = {match[1]: match[2] for match in _KEY.finditer(text)}
    source, _, reference = text.partition(_REFERENCE)
    if "repeat" in keys:
        source = source.replace(":= rfl", f":= {keys['repeat'] * _REPEATS}")
    expected = tuple(each.partition(":")[::2] for each in keys["expect"].split("|"))
    item = Item(
        path.stem,
        source,
        timeout=float(keys.get("timeout", 60)),
        reference=reference or None,
        policy=Policy(strict="strict" in keys),
    )
    return Attack(path.stem, keys["family"], expected, item)
