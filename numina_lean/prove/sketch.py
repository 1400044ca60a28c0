"""Proofs in steps that a model plans: it writes the sketch, the search without a model proves the
holes.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from numina_lean.models.model import Model, ModelError
from numina_lean.prompts.decompose import DecomposeRequest
from numina_lean.prompts.family import Family
from numina_lean.prove.decompose import Decomposition, decompose
from numina_lean.prove.model import BUDGET
from numina_lean.prove.order import Statistics, ordered
from numina_lean.prove.portfolio import Tactic
from numina_lean.prove.prove import Checker
from numina_lean.prove.search import tactics
from numina_lean.translate.extract import ExtractionError
from numina_lean.translate.proofs import extract_proof
from numina_lean.translate.statement import Profile, Statement


@dataclass(frozen=True, slots=True)
class Sketcher:
    """A model that plans proofs: `samples` sketches for a statement, tried in their order."""

    model: Model
    family: Family[DecomposeRequest]
    samples: int = 1
    seed: int = 0
    max_tokens: int | None = None
    timeout: float = 60.0


async def prove_by_sketch(
    statement: Statement,
    sketcher: Sketcher,
    checker: Checker,
    *,
    profile: Profile,
    statistics: Statistics,
    problem: str | None = None,
) -> str | None:
    """The first proof whose steps are all proved, as a whole source. None where there is none.

    Raises as `sample_proofs` does.
    """
    request = DecomposeRequest(statement.source(), problem=problem)

    def proofs(goal: Statement) -> Iterator[tuple[Tactic, str]]:
        for tactic in ordered(tactics(profile), goal, statistics):
            for proof in tactic.proofs(goal):
                yield tactic, proof

    for sample in range(sketcher.samples):
        sketch = await _sketch(request, statement, sketcher, sample)
        if sketch is None:
            continue
        found: Decomposition = await asyncio.to_thread(
            decompose, sketch, statement, checker, proofs, timeout=sketcher.timeout
        )
        if found.succeeded:
            return found.source
    return None


async def _sketch(
    request: DecomposeRequest, statement: Statement, sketcher: Sketcher, sample: int
) -> str | None:
    text = f"{sketcher.seed}\n{statement.digest}\nsketch"
    sampling = replace(
        sketcher.family.sampling,
        seed=int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1,
        max_tokens=sketcher.max_tokens or sketcher.family.sampling.max_tokens,
    )
    prompt = sketcher.family.render(request)
    try:
        reply = await sketcher.model.complete(prompt, sampling, samples=1, first=sample)
        return extract_proof(reply.completions[0].text, statement)
    except ExtractionError:
        return None
    except ModelError as error:
        if error.reason == BUDGET:
            raise
        return None
