"""Several fine-tuned models made into one: the arithmetic, tensor by tensor, with no file in it.

A task vector (`delta`) is a fine-tuned tensor minus that of the base. All methods but `linear` end
in `base + scale * merged`. Formulas are those of the papers:

- `linear`: model soups, Wortsman et al. 2022, arXiv 2203.05482;
- `dare`: Yu et al. 2023, arXiv 2311.03099: drop with probability p, rescale by 1 / (1 - p);
- `ties`: Yadav et al. 2023, arXiv 2306.01708: trim, elect a sign, mean of what agrees with it;
- `dare-ties`: dare in place of the trim, which a density below 1 adds;
- `warp`: Ramé et al. 2024, arXiv 2406.16768: spherical interpolation of task vectors, then back
  towards the initialisation by `scale` (their η). Their moving average belongs to training.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from numina_lean.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

Method = Literal["linear", "dare", "ties", "dare-ties", "warp"]

_DENSITY: dict[Method, float] = {"ties": 0.2}
"""The share that a trim keeps: the paper's 20 %; of what DARE left, all."""
_SCALE: dict[Method, float] = {"warp": 0.5}
_PARALLEL = 1e-6
"""Sine of an angle below which spherical interpolation is the straight one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How models are merged. `weights`, one a model, count relatively; equal where there are none.

    `density`: the share of a task vector that a trim keeps, by magnitude, over the whole model.
    `drop`: DARE's p. `scale`: what the merged task vector is multiplied with.
    """

    method: Method
    weights: tuple[float, ...]
    density: float = 1.0
    drop: float = 0.9
    scale: float = 1.0
    seed: int = 42

    @property
    def trims(self) -> bool:
        return self.method in ("ties", "dare-ties") and self.density < 1.0


def settings(
    method: Method,
    models: int,
    *,
    weights: Sequence[float] = (),
    density: float | None = None,
    drop: float = 0.9,
    scale: float | None = None,
    seed: int = 42,
) -> Settings:
    """The settings, with what the papers take where nothing is given. Raises `InputError`."""
    given = tuple(weights) or (1.0,) * models
    kept = _DENSITY.get(method, 1.0) if density is None else density
    if len(given) != models:
        raise InputError(f"{len(given)} weights for {models} models. Pass one --weight a model")
    if not all(math.isfinite(weight) for weight in given) or sum(given) <= 0:
        raise InputError(f"weights {given}: they must be numbers with a sum above 0")
    if weights and method in ("ties", "dare-ties", "warp"):
        raise InputError(f"--weight is for linear and dare: {method} treats its models alike")
    if not 0 < kept <= 1:
        raise InputError(f"--density {kept}: not above 0 and at most 1")
    if not 0 <= drop < 1:
        raise InputError(f"--drop {drop}: not at least 0 and below 1")
    factor = _SCALE.get(method, 1.0) if scale is None else scale
    if not math.isfinite(factor):
        raise InputError(f"--scale {factor}: not a number")
    total = sum(given)
    return Settings(method, tuple(w / total for w in given), kept, drop, factor, seed)


def merged(
    name: str,
    base: "Tensor",
    models: Sequence["Tensor"],
    settings: Settings,
    thresholds: Sequence[float] = (),
) -> "Tensor":
    """The tensor called `name` of the merged model, in float32.

    All have one shape. `thresholds`, one a model, are what a magnitude must reach to be kept where
    the settings trim.
    """
    if settings.method == "linear":
        return weighted_sum([model.float() for model in models], settings.weights)
    deltas = [task_vector(name, base, m, at, settings) for at, m in enumerate(models)]
    if settings.trims:
        deltas = [trim(delta, at) for delta, at in zip(deltas, thresholds, strict=True)]
    match settings.method:
        case "dare":
            together = weighted_sum(deltas, settings.weights)
        case "ties" | "dare-ties":
            together = disjoint_mean(deltas)
        case "warp":
            together = slerp_all(deltas)
    return base.float() + settings.scale * together


def task_vector(
    name: str, base: "Tensor", model: "Tensor", position: int, settings: Settings
) -> "Tensor":
    """What the model at `position` adds to the base, in float32, thinned by DARE if so set."""
    delta = model.float() - base.float()
    if settings.method in ("dare", "dare-ties"):
        return dare(delta, settings.drop, _seed(settings.seed, position, name))
    return delta


def weighted_sum(tensors: Sequence["Tensor"], weights: Sequence[float]) -> "Tensor":
    total = tensors[0] * weights[0]
    for tensor, weight in zip(tensors[1:], weights[1:], strict=True):
        total = total + tensor * weight
    return total


def dare(delta: "Tensor", drop: float, seed: int) -> "Tensor":
    """Each entry 0 with probability `drop`, else divided by `1 - drop`: the same on average."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    kept = torch.rand(delta.shape, generator=generator) >= drop
    return delta * kept / (1.0 - drop)


def trim(delta: "Tensor", threshold: float) -> "Tensor":
    """The entries whose magnitude reaches the threshold, 0 for the others."""
    return delta * (delta.abs() >= threshold)


def disjoint_mean(deltas: Sequence["Tensor"]) -> "Tensor":
    """Of each entry, the mean over the task vectors that have the elected sign there.

    Elected is the sign with the larger total magnitude, that of the sum; where the sum is 0, none
    is, and the mean is 0.
    """
    elected = sum(deltas[1:], deltas[0]).sign()
    agreeing = [delta * ((delta.sign() == elected) & (delta != 0)) for delta in deltas]
    count = sum((each != 0).float() for each in agreeing[1:]) + (agreeing[0] != 0).float()
    return sum(agreeing[1:], agreeing[0]) / count.clamp(min=1.0)


def slerp(one: "Tensor", other: "Tensor", share: float) -> "Tensor":
    """From `one` (share 0) to `other` (share 1) at a constant angle, in the plane of both."""
    norms = one.norm() * other.norm()
    if not float(norms) > 0:
        return one * (1 - share) + other * share
    cosine = float((one * other).sum() / norms)
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if math.sin(angle) < _PARALLEL:
        return one * (1 - share) + other * share
    first, second = math.sin((1 - share) * angle), math.sin(share * angle)
    return (one * first + other * second) / math.sin(angle)


def slerp_all(deltas: Sequence["Tensor"]) -> "Tensor":
    """All of them, one after another, the m-th with a share of 1/m, as WARP does for more than two.

    The order of the models matters from three on.
    """
    together = deltas[0]
    for count, delta in enumerate(deltas[1:], start=2):
        together = slerp(together, delta, 1 / count)
    return together


def _seed(seed: int, model: int, name: str) -> int:
    """One for each tensor of each model, so that a mask depends on no order of reading."""
    text = f"{seed}\n{model}\n{name}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])
