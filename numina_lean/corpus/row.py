"""What a corpus holds: the NuminaMath-LEAN columns with provenance, and the side table of losses.

The schemas are explicit, so that a shard whose rows are all without a proof still has the
column's type. Times are in seconds.
"""

import uuid
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import pyarrow as pa

_NAMESPACE = uuid.UUID("6f1d0c5e-7d0b-5b7e-9b0f-2f6c1b8a4e11")

AUTHOR = "autoformalizer"

Stage = Literal[
    "read",
    "select",
    "translate",
    "parse",
    "answer",
    "numerals",
    "wording",
    "compile",
    "lint",
    "triviality",
    "vacuity",
    "refutation",
    "duplicate",
    "conditions",
    "backtranslation",
    "judge",
    "equivalence",
    "recheck",
]
"""Where a problem or a candidate is lost: before there is a statement, at a gate, or later."""

STAGES: tuple[Stage, ...] = get_args(Stage)
"""The stages in the order in which they are passed."""

RL_DATA = pa.struct(
    [("n_correct_proofs", pa.int64()), ("n_proofs", pa.int64()), ("win_rate", pa.float64())]
)

CONFIRMATION = pa.struct(
    [
        ("engine", pa.string()),
        ("lean_version", pa.string()),
        ("mathlib_revision", pa.string()),
        ("verdict", pa.string()),
        ("seconds", pa.float64()),
    ]
)

PROVENANCE = pa.struct(
    [
        ("problem_id", pa.string()),
        ("input_row", pa.int64()),
        ("sample", pa.int64()),
        ("translator", pa.string()),
        ("profile", pa.string()),
        ("prompt_hash", pa.string()),
        ("statement_hash", pa.string()),
        ("header_hash", pa.string()),
        ("engine", pa.string()),
        ("lean_version", pa.string()),
        ("mathlib_revision", pa.string()),
        ("verdict", pa.string()),
        ("tactic", pa.string()),
        ("attempts", pa.int64()),
        ("seconds", pa.float64()),
        ("proof_seconds", pa.float64()),
        ("package_version", pa.string()),
        ("model", pa.string()),
        ("family", pa.string()),
        ("seed", pa.int64()),
        ("round", pa.int64()),
        ("completion", pa.string()),
        ("prompt_tokens", pa.int64()),
        ("completion_tokens", pa.int64()),
        ("rulings", pa.string()),
        ("agreeing", pa.int64()),
        ("confirmations", pa.list_(CONFIRMATION)),
    ]
)

_CORPUS_COLUMNS: dict[str, pa.DataType] = {
    "uuid": pa.string(),
    "problem": pa.string(),
    "question_type": pa.string(),
    "answer": pa.string(),
    "author": pa.string(),
    "formal_statement": pa.string(),
    "formal_ground_truth": pa.string(),
    "ground_truth_type": pa.string(),
    "formal_proof": pa.string(),
    "rl_data": RL_DATA,
    "source": pa.string(),
    "problem_type": pa.string(),
    "exam": pa.string(),
    "provenance": PROVENANCE,
}

CORPUS_SCHEMA = pa.schema(_CORPUS_COLUMNS)

_LOSS_COLUMNS: dict[str, pa.DataType] = {
    "problem_id": pa.string(),
    "input_row": pa.int64(),
    "stage": pa.string(),
    "reason": pa.string(),
    "detail": pa.string(),
    "problem": pa.string(),
    "answer": pa.string(),
    "question_type": pa.string(),
    "problem_type": pa.string(),
    "source": pa.string(),
    "sample": pa.int64(),
    "formal_statement": pa.string(),
    "formal_proof": pa.string(),
    "statement_hash": pa.string(),
    "prompt_hash": pa.string(),
    "translator": pa.string(),
    "profile": pa.string(),
    "engine": pa.string(),
    "lean_version": pa.string(),
    "seconds": pa.float64(),
    "package_version": pa.string(),
    "model": pa.string(),
    "family": pa.string(),
    "seed": pa.int64(),
    "round": pa.int64(),
    "completion": pa.string(),
    "prompt_tokens": pa.int64(),
    "completion_tokens": pa.int64(),
    "rulings": pa.string(),
}

LOSS_SCHEMA = pa.schema(_LOSS_COLUMNS)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That a row holds under another Lean too: `corpus recheck` gave it `verdict` there."""

    engine: str
    lean_version: str
    mathlib_revision: str | None
    verdict: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a row came to be. `seconds`: checking the statement; `proof_seconds`: all attempts.

    `verdict` is `proved` or `statement`; `tactic` is what found the proof that the row has: an
    entry of the portfolio, or a prover model's name. What a language model wrote also has
    `model` and prompt `family`, the `seed` it was sampled with, the repair `round` (0: the first
    answer), and the `completion` verbatim with its tokens. `rulings` is a JSON list of what each
    gate said, in order; `agreeing` counts the candidates of the problem that are provably
    equivalent to this one, itself among them. `confirmations` are of other Leans than `engine`.
    """

    problem_id: str
    input_row: int
    sample: int
    translator: str
    profile: str
    prompt_hash: str
    statement_hash: str
    header_hash: str
    engine: str
    lean_version: str
    mathlib_revision: str | None
    verdict: str
    tactic: str | None
    attempts: int
    seconds: float
    proof_seconds: float
    package_version: str
    model: str | None = None
    family: str | None = None
    seed: int | None = None
    round: int = 0
    completion: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    rulings: str = "[]"
    agreeing: int = 1
    confirmations: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True)
class RlData:
    """NuminaMath-LEAN's account of a trained prover's attempts at a statement."""

    n_proofs: int
    n_correct_proofs: int

    def fields(self) -> dict[str, object]:
        """The values of the struct `RL_DATA`."""
        rate = self.n_correct_proofs / self.n_proofs if self.n_proofs else 0.0
        return {
            "n_correct_proofs": self.n_correct_proofs,
            "n_proofs": self.n_proofs,
            "win_rate": rate,
        }


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """A statement that Lean accepts, with its proof where one was found.

    `formal_ground_truth` and `ground_truth_type` are NuminaMath-LEAN's for proofs by people; there
    are none here, and they are null. `rl_data` is null where no prover model was asked.
    """

    problem: str
    question_type: str
    answer: str
    formal_statement: str
    formal_proof: str | None
    source: str
    problem_type: str
    exam: str
    provenance: Provenance
    rl_data: RlData | None = None

    @property
    def uuid(self) -> str:
        """The same for the same problem and statement, in whichever run."""
        name = f"{self.provenance.problem_id}\n{self.provenance.statement_hash}"
        return str(uuid.uuid5(_NAMESPACE, name))

    def fields(self) -> dict[str, object]:
        """The row by the columns of `CORPUS_SCHEMA`."""
        return {
            "uuid": self.uuid,
            **asdict(self),
            "author": AUTHOR,
            "formal_ground_truth": None,
            "ground_truth_type": None,
            "rl_data": self.rl_data.fields() if self.rl_data else None,
        }


@dataclass(frozen=True, slots=True)
class Loss:
    """A row of the side table: a problem or a candidate that did not get into the corpus, and why.

    What is about a candidate is None where the problem had none.
    """

    problem_id: str
    input_row: int
    stage: Stage
    reason: str
    detail: str
    translator: str
    profile: str
    package_version: str
    problem: str | None = None
    answer: str | None = None
    question_type: str | None = None
    problem_type: str | None = None
    source: str | None = None
    sample: int | None = None
    formal_statement: str | None = None
    formal_proof: str | None = None
    statement_hash: str | None = None
    prompt_hash: str | None = None
    engine: str | None = None
    lean_version: str | None = None
    seconds: float | None = None
    model: str | None = None
    family: str | None = None
    seed: int | None = None
    round: int = 0
    completion: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    rulings: str = "[]"

    def fields(self) -> dict[str, object]:
        """The row by the columns of `LOSS_SCHEMA`."""
        return asdict(self)
