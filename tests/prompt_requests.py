"""One request of each task: what the golden prompts are made from."""

from numina_lean.prompts.backtranslate import BacktranslateRequest
from numina_lean.prompts.classify import ClassifyRequest
from numina_lean.prompts.conditions import ConditionsRequest
from numina_lean.prompts.cot import CotRequest
from numina_lean.prompts.decompose import DecomposeRequest
from numina_lean.prompts.formalize import Example, FormalizeRequest
from numina_lean.prompts.judge import JudgeRequest
from numina_lean.prompts.prove import ProveRequest
from numina_lean.prompts.repair import RepairRequest
from numina_lean.prompts.solve import SolveRequest

PROBLEM = "Find all $x \\in \\mathbb{R}$ with\n$x^2 = 2x$ and $|x|>1$."
SOURCE = (
    "import Mathlib\n\nopen Real\n\n"
    "theorem roots (x : ℝ) (h : x ^ 2 = 2 * x) (large : 1 < |x|) :\n    x = 2 := by sorry\n"
)
CORE_SOURCE = (
    "import NuminaLean.Prelude\n\n"
    "theorem digits_sum : (NuminaLean.digits 10 2024).sum = NuminaLean.fib 6 := by sorry\n"
)

FORMALIZE = FormalizeRequest(
    problem=PROBLEM,
    answer="$x = 2$",
    name="roots",
    header="import Mathlib\n\nopen Real\n",
    examples=(
        Example(
            "What is $1 + 1$?", "2", "import Mathlib\n\ntheorem sum : (1 : ℕ) + 1 = 2 := by sorry"
        ),
    ),
)

REQUESTS: dict[str, object] = {
    "formalize": FORMALIZE,
    "repair": RepairRequest(
        formalize=FORMALIZE,
        source=SOURCE,
        feedback="6:5: error: unknown identifier 'y'\n    y = 2 := by sorry\n    ^",
        earlier=None,
        completion=f"<think>hm</think>\n```lean4\n{SOURCE}```",
    ),
    "backtranslate": BacktranslateRequest(CORE_SOURCE),
    "conditions": ConditionsRequest(PROBLEM, "$x = 2$", SOURCE),
    "judge": JudgeRequest(PROBLEM, None, CORE_SOURCE, "Let x be real, with x² = 2x and 1 < |x|."),
    "prove": ProveRequest(SOURCE, PROBLEM, "Divide by $x$."),
    "decompose": DecomposeRequest(SOURCE, 4, PROBLEM, "Divide by $x$.", "8:2: error: no goals"),
    "classify": ClassifyRequest(PROBLEM, "Divide by $x$: $x = 2$."),
    "cot": CotRequest(PROBLEM, "Divide by $x$: $x = 2$."),
    "solve": SolveRequest(PROBLEM, "We try.\n```python\n2 * 1\n```\n```output\n2\n```\n"),
}
