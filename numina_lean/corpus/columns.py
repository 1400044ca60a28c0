"""What each column of the two tables says, for people who get a corpus without our code."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

MEANINGS: dict[str, str] = {
    "uuid": "a digest of problem id and statement, the same in every run",
    "problem": "the problem in natural language, as it was read",
    "question_type": "`math-word-problem`, `proof`, `MCQ`, …, as the source says",
    "answer": "the final answer; `proof` for a problem that asks for a proof",
    "author": "who formalised: `autoformalizer`",
    "formal_statement": "a whole Lean source: header, definitions, and one theorem by `sorry`",
    "formal_ground_truth": "NuminaMath-LEAN's proofs by people; null here",
    "ground_truth_type": "NuminaMath-LEAN's; null here",
    "formal_proof": "the same source with a proof that Lean accepts; null where none was found",
    "rl_data": "a prover's attempts; null where none was asked",
    "rl_data.n_correct_proofs": "attempts that Lean accepted",
    "rl_data.n_proofs": "attempts",
    "rl_data.win_rate": "the share of attempts that Lean accepted",
    "source": "where the problem is from",
    "problem_type": "Algebra, Number Theory, …",
    "exam": "the competition, where it is known",
    "provenance": "how the row came to be",
    "problem_id": "the id of the problem in the input",
    "input_row": "the place of the problem in the input, from 0",
    "sample": "the number of the candidate among those of its problem",
    "translator": "what translated: `rules`, or a model",
    "profile": "`core`: Lean's own library and `NuminaLean.Prelude`; `mathlib`: `import Mathlib`",
    "prompt_hash": "SHA-256 of what the translator was given",
    "statement_hash": "SHA-256 of `formal_statement`",
    "header_hash": "SHA-256 of the imports that Lean had loaded",
    "engine": "`native`: Lean with mathlib; `embedded`: a newer Lean's core library",
    "lean_version": "of the engine",
    "mathlib_revision": "the commit of mathlib; null without",
    "verdict": "`proved`, or `statement` where the proof is open",
    "tactic": "what found the proof: an entry of the portfolio, or a prover model",
    "attempts": "proofs that were tried",
    "seconds": "of checking the statement",
    "proof_seconds": "of checking all proofs that were tried",
    "package_version": "of numina-lean",
    "model": "the model that wrote the statement",
    "family": "the prompt family it was asked with",
    "seed": "it was sampled with",
    "round": "of repair; 0 is the first answer",
    "completion": "what the model wrote, verbatim",
    "prompt_tokens": "tokens of the prompt",
    "completion_tokens": "tokens of the completion",
    "rulings": "a JSON list of what each gate said, in order, with its evidence",
    "agreeing": "candidates of the problem that are provably equivalent to this one, and itself",
    "confirmations": "other Leans that accepted the row as it is",
    "confirmations.verdict": "what the row came to there",
    "stage": "where the problem or the candidate was lost",
    "reason": "why, as a code of the stage",
    "detail": "why, in words",
}
"""By the column's name, with its struct's where that says more."""


def meanings(schema: pa.Schema) -> Iterator[tuple[str, str, str]]:
    """The name, the type and the meaning of each column, those of structs after their own."""
    for field in schema:
        yield from _meaning(field, "")


def _meaning(field: "pa.Field[Any]", before: str) -> Iterator[tuple[str, str, str]]:
    name = f"{before}{field.name}"
    type_ = field.type
    is_list = pa.types.is_list(type_)
    inner = type_.value_type if is_list else type_
    nested = pa.types.is_struct(inner)
    kind = "struct" if nested else str(inner)
    meaning = MEANINGS.get(f"{name.removeprefix('provenance.')}") or MEANINGS[field.name]
    yield name, f"list of {kind}" if is_list else kind, meaning
    if nested:
        for at in range(inner.num_fields):
            yield from _meaning(inner.field(at), f"{name}.")
