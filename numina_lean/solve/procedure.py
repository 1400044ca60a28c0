"""The numbers of the procedure, with those of the winning AIMO entry as defaults."""

from dataclasses import dataclass
from typing import Literal

from numina_lean.errors import InputError
from numina_lean.models.model import Sampling

AnswerMode = Literal["integer", "general"]
Early = Literal["never", "certain", "likely"]
Weights = Literal["equal", "clean"]

OUTPUT_MARK = "```output\n"
"""Where a model asks for what its program prints; kept in the text."""
RESTART_STRIDE = 1_000_003
"""What a restart adds to the seed, lest the same text come again."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """How one problem is solved. Defaults: the published SC-TIR (width 48, depth 4).

    `samples`: traces a problem; `rounds`: texts that the model writes for one trace at most;
    `max_tokens`: of one such text. `output_chars`: how much of an output the model is shown.
    `run_seconds`: wall time of one program. `restart`: a trace whose text has no program starts
    anew, as long as it has rounds; otherwise it ends. `kept`: the programs of one trace share their
    state, as in a notebook; otherwise each starts fresh, with `math`, `np` and `sp`.
    `answer_mode`: `integer` takes what is an integer, modulo `modulus`; `general` any answer, by
    equality. `early`: when sampling stops before its end: `certain`, once no trace that is left
    can change the winner; `likely`, also once the winner is the more frequent answer with
    probability `confidence`. `weights`: `clean` counts a trace 1 / (1 + programs that failed).
    """

    samples: int = 48
    rounds: int = 4
    temperature: float = 0.8
    top_p: float = 1.0
    max_tokens: int = 2048
    seed: int = 42
    output_chars: int = 200
    run_seconds: float = 5.0
    restart: bool = True
    kept: bool = False
    answer_mode: AnswerMode = "integer"
    modulus: int | None = 1000
    early: Early = "certain"
    confidence: float = 0.95
    weights: Weights = "equal"

    def __post_init__(self) -> None:
        for name in ("samples", "rounds", "max_tokens", "output_chars"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        if self.modulus is not None and self.modulus < 1:
            raise InputError(f"modulus is {self.modulus}; it must be 1 or more")
        if not 0.0 < self.run_seconds < float("inf"):
            raise InputError(f"run_seconds is {self.run_seconds}; it must be more than 0")
        if self.temperature < 0.0:
            raise InputError(f"temperature is {self.temperature}; it must be 0 or more")
        if not 0.5 < self.confidence < 1.0:
            raise InputError(f"confidence is {self.confidence}; it must be between 0.5 and 1")

    def sampling(self, restarts: int) -> Sampling:
        """How the next text of a trace that has started anew `restarts` times is drawn."""
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            stop=(OUTPUT_MARK,),
            keep_stop=True,
            seed=self.seed + RESTART_STRIDE * restarts,
        )
