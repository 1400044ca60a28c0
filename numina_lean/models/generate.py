"""Generation of a batch of rows with transformers, each drawn from its own seed.

`generate` of transformers does the work, so that its caches and attention masks are those of each
architecture. It is told to take the likeliest token, and a logits processor leaves one token to be
taken: the one that the row draws. A stopping criterion ends each row on its own.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    StoppingCriteria,
    StoppingCriteriaList,
)

from numina_lean.models.draw import draw_tokens
from numina_lean.models.row import Row


def generate(model: PreTrainedModel, rows: Sequence[Row], pad: int) -> None:
    """Generate until all rows are over; in halves where memory does not do for all at once.

    Raises what the model raises.
    """
    try:
        _generate(model, rows, pad)
    except torch.OutOfMemoryError:
        if len(rows) == 1:
            raise
    else:
        return
    torch.cuda.empty_cache()
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        left = [row for row in half if not row.over]
        for row in left:
            row.restart()
        if left:
            generate(model, left, pad)


def _generate(model: PreTrainedModel, rows: Sequence[Row], pad: int) -> None:
    longest = max(len(row.prompt) for row in rows)
    prompts = [[pad] * (longest - len(row.prompt)) + list(row.prompt) for row in rows]
    mask = [[0] * (longest - len(row.prompt)) + [1] * len(row.prompt) for row in rows]
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=max(row.limit for row in rows),
        do_sample=False,
        num_beams=1,
        repetition_penalty=1.0,
        pad_token_id=pad,
        eos_token_id=model.generation_config.eos_token_id,
        use_cache=True,
    )
    with torch.inference_mode():
        model.generate(  # type: ignore[operator]
            inputs=torch.tensor(prompts, device=model.device),
            attention_mask=torch.tensor(mask, device=model.device),
            generation_config=config,
            logits_processor=LogitsProcessorList([_Draws(rows)]),
            stopping_criteria=StoppingCriteriaList([_Ends(rows)]),
        )


class _Draws(LogitsProcessor):
    """Leaves of each row's logits only the token that it draws."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        tokens = draw_tokens(scores, [row.draw() for row in self._rows]).to(scores.device)
        drawn = torch.full_like(scores, float("-inf"))
        return drawn.scatter_(1, tokens[:, None], 0.0)


class _Ends(StoppingCriteria):
    """Gives each row its token, and says which rows are over."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __call__(self, input_ids: torch.Tensor, scores: Any, **options: Any) -> torch.Tensor:
        for row, token in zip(self._rows, input_ids[:, -1].tolist(), strict=True):
            if not row.over:
                row.add(token)
        over = [row.over for row in self._rows]
        return torch.tensor(over, device=input_ids.device)
