"""The next token of each row of a batch, drawn from its own random numbers.

By inversion: a row's probabilities are summed in the order of the tokens, and one uniform number
says where in the sum its token lies. So a row's tokens depend on its own logits and numbers only,
never on its neighbours, and one number a token is all the randomness there is. Drawing with one
`torch.Generator` a row would need a call a row, and its seeds are cut to 32 bits on a CPU.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Draw:
    """How one row's token is drawn. `uniform` is in [0, 1)."""

    temperature: float
    top_p: float
    top_k: int | None
    uniform: float


def draw_tokens(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """The tokens, one a row, for logits of shape (rows, vocabulary)."""
    if logits.device.type == "mps":  # has no doubles
        logits = logits.cpu()
    likeliest = logits.argmax(dim=-1)
    hot = [row for row, draw in enumerate(draws) if draw.temperature > 0]
    if not hot:
        return likeliest
    chosen = likeliest.clone()
    chosen[hot] = _by_inversion(logits[hot], [draws[row] for row in hot], likeliest[hot])
    return chosen


def _by_inversion(
    logits: torch.Tensor, draws: Sequence[Draw], otherwise: torch.Tensor
) -> torch.Tensor:
    temperature = logits.new_tensor([draw.temperature for draw in draws], dtype=torch.float32)
    weights = torch.softmax(logits.float() / temperature[:, None], dim=-1)
    for row, draw in enumerate(draws):
        _keep_likely(weights[row], draw)
    sums = weights.cumsum(dim=-1, dtype=torch.float64)
    uniform = sums.new_tensor([draw.uniform for draw in draws])
    tokens = torch.searchsorted(sums, uniform[:, None] * sums[:, -1:], right=True).squeeze(-1)
    return torch.where(tokens < weights.shape[-1], tokens, otherwise)


def _keep_likely(weights: torch.Tensor, draw: Draw) -> None:
    """Set to nothing, in place, what is not among the `top_k`, nor in the first `top_p` of mass."""
    if draw.top_k is not None and 0 < draw.top_k < weights.shape[-1]:
        least = weights.topk(draw.top_k).values[-1]
        weights.masked_fill_(weights < least, 0.0)
    if draw.top_p < 1.0:
        ranked = weights.sort(descending=True).values
        before = ranked.cumsum(dim=-1) - ranked
        kept = before < draw.top_p * weights.sum()
        kept[0] = True
        least = ranked[kept][-1]
        weights.masked_fill_(weights < least, 0.0)
