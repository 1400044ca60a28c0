"""What quantisation costs: perplexity, the next token, and answers, before and after.

One model is in memory at a time. Answers are written greedily in one turn, without programs run:
what a model solves through SC-TIR, `numina-lean evaluate` measures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import final_answer
from numina_lean.errors import InputError, first_line

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Fidelity:
    """`tokens` were predicted by both. `same_token`: the share of them whose likeliest token is the
    same; `drift`: the mean Kullback-Leibler divergence, in nats. `same_text`: the share of
    `prompts` that both answer in the same words; `same_answer`: the share of those that either
    answers (`answered`) whose final answers are equal; None where there are none.
    """

    tokens: int
    perplexity_before: float
    perplexity_after: float
    same_token: float
    drift: float
    prompts: int
    same_text: float | None
    answered: int
    same_answer: float | None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one model does: of each sequence the log-probabilities of the next tokens, and texts."""

    logs: tuple["Tensor", ...]
    texts: tuple[str, ...]


def behave(
    model: str, sequences: Sequence[list[int]], prompts: Sequence[str], max_tokens: int
) -> Behaviour:
    """Raises `InputError` where the model cannot be loaded."""
    import torch
    from transformers import AutoTokenizer

    loaded = _load(model)
    tokenizer = AutoTokenizer.from_pretrained(model)
    logs, texts = [], []
    with torch.no_grad():
        for ids in sequences:
            row = torch.tensor([ids], device=loaded.device)
            logs.append(loaded(row).logits[0, :-1].float().log_softmax(-1).cpu())
        for prompt in prompts:
            turns = [{"role": "user", "content": prompt}]
            text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            asked = tokenizer(text, add_special_tokens=False, return_tensors="pt")
            row = asked["input_ids"].to(loaded.device)
            mask = torch.ones_like(row)
            got = loaded.generate(
                row, attention_mask=mask, do_sample=False, max_new_tokens=max_tokens
            )
            texts.append(str(tokenizer.decode(got[0, row.shape[1] :], skip_special_tokens=True)))
    return Behaviour(tuple(logs), tuple(texts))


def _load(model: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    gpu = torch.cuda.is_available()
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(model, dtype="auto")
        loaded.to("cuda" if gpu else "cpu")
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(f"{model}: cannot be loaded: {first_line(error)}") from error
    loaded.eval()
    return loaded


def compare(before: Behaviour, after: Behaviour, sequences: Sequence[list[int]]) -> Fidelity:
    """How far the second is from the first on the same sequences and prompts."""
    tokens = sum(len(ids) - 1 for ids in sequences)
    losses = [0.0, 0.0]
    same = 0
    drift = 0.0
    for ids, one, other in zip(sequences, before.logs, after.logs, strict=True):
        for at, log in enumerate((one, other)):
            losses[at] -= sum(float(log[place, token]) for place, token in enumerate(ids[1:]))
        same += int((one.argmax(-1) == other.argmax(-1)).sum())
        drift += float((one.exp() * (one - other)).sum())
    pairs = list(zip(before.texts, after.texts, strict=True))
    answers = [(final_answer(one), final_answer(other)) for one, other in pairs]
    stated = [pair for pair in answers if pair != (None, None)]
    agreeing = sum(None not in pair and equal(str(pair[0]), str(pair[1])) for pair in stated)
    return Fidelity(
        tokens=tokens,
        perplexity_before=math.exp(losses[0] / tokens),
        perplexity_after=math.exp(losses[1] / tokens),
        same_token=same / tokens,
        drift=drift / tokens,
        prompts=len(pairs),
        same_text=sum(one == other for one, other in pairs) / len(pairs) if pairs else None,
        answered=len(stated),
        same_answer=agreeing / len(stated) if stated else None,
    )
