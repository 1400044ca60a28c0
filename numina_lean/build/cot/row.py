"""A row of the CoT build on its way: the published texts, and all that is known of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from numina_lean.build.cot.ending import asks_for_proof
from numina_lean.build.stage import Rejected, flat

Checked = Literal["", "matched", "unchecked", "proof"]
"""What the last stage found: the box equals the reference; there is none; there is only a proof."""


@dataclass(frozen=True, slots=True)
class CotRow:
    """`id`: the source's own, after its name, or a digest of the problem.

    `answer`: the reference, None where there is none; `given`: it stood beside the solution, and
    was not taken from it. `proof`: the problem asks for one. `solution`: empty where it is
    missing. `origin`: file and place, or address. `seed`: the id of the row that a synthetic one
    was made from, and `variant` its number. `stages`: those that changed the row, in order, with
    how many tries a model took.
    """

    id: str
    source: str
    problem: str
    solution: str
    answer: str | None = None
    given: bool = False
    proof: bool = False
    origin: str = ""
    seed: str = ""
    variant: int = 0
    images: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    checked: Checked = ""


COT_ROW = flat(CotRow)
"""How a row is written in a journal."""


def new_row(
    source: str,
    name: str,
    origin: str,
    problem: str,
    solution: str,
    answer: str | None,
    *,
    given: bool = False,
    images: tuple[str, ...] = (),
) -> CotRow | Rejected:
    """The row of a problem as a source has it. `name`: its id there; empty where it has none."""
    problem, solution = _plain(problem), _plain(solution)
    if not problem:
        return Rejected("no_problem", "the problem is empty", id=origin)
    name = name or hashlib.sha256(problem.encode(errors="surrogatepass")).hexdigest()[:16]
    known = _plain(answer or "") or None
    return CotRow(
        id=name if name.startswith(f"{source}/") else f"{source}/{name}", source=source,
        problem=problem, solution=solution, answer=known, given=given and known is not None,
        proof=known is None and asks_for_proof(problem, solution), origin=origin, images=images,
    )  # fmt: skip


def text_of(fields: Mapping[str, object], *names: str) -> str:
    """The first of these fields that holds text; empty where none does."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def name_of(fields: Mapping[str, object]) -> str:
    """The id that a record has, if any."""
    for name in ("id", "unique_id", "uuid"):
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _plain(text: str) -> str:
    """Without what no text file should have: NUL, lone surrogates, carriage returns."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
