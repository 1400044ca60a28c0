"""What a model takes in the memory of GPUs without bfloat16, quantised or not.

Bytes of weights are those of the file: a quantised layer of `i` inputs and `o` outputs has `i * o`
bytes of numbers (8 bits each), for every group of inputs a float16 scale and an 8-bit zero of each
output, and an int32 for each input that says which group it is in (desc_act). Embeddings, norms
and the output layer stay in float16. The cache of a token is a key and a value of each layer. Not
counted: the CUDA context and fragmentation, for which a share of the memory is left free.
"""

from dataclasses import dataclass

from numina_lean.quantize.shape import Decoder

HALF = 2
"""Bytes of float16, which a T4 computes in."""
T4_BYTES = 15_360 * 2**20
"""What a T4 has for programs: 15,360 MiB of its 16 GB."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is served: `width` sequences of `tokens` (prompt and answer), on `devices` GPUs.

    `usable`: the share of `device_bytes` that is planned with, as vLLM's gpu_memory_utilization.
    `batched`: tokens in one forward pass at most, vLLM's max_num_batched_tokens.
    """

    width: int = 48
    tokens: int = 2048
    devices: int = 2
    device_bytes: int = T4_BYTES
    usable: float = 0.9
    batched: int = 2048


@dataclass(frozen=True, slots=True)
class Plan:
    """Bytes over all devices. `sequence`: the cache of one sequence of full length; `fits` of them
    have room at once, and the others wait; `room` is what all devices have for it.
    """

    weights: int
    half_weights: int
    cache: int
    activations: int
    sequence: int
    room: int
    fits: int


def plan(decoder: Decoder, load: Load, group: int | None) -> Plan:
    """The plan for 8 bits in groups of `group`; None: for float16 weights."""
    weights = weight_bytes(decoder, group)
    sequence = load.tokens * cache_bytes(decoder)
    activations = activation_bytes(decoder, load)
    room = int(load.devices * load.device_bytes * load.usable)
    left = room - weights - activations
    return Plan(
        weights=weights,
        half_weights=weight_bytes(decoder, None),
        cache=load.width * sequence,
        activations=activations,
        sequence=sequence,
        room=room,
        fits=max(0, min(load.width, left // sequence)),
    )


def weight_bytes(decoder: Decoder, group: int | None) -> int:
    """Of all weights, as they are stored."""
    layer = sum(_linear_bytes(inputs, outputs, group) for inputs, outputs in decoder.linears())
    embeddings = decoder.vocabulary * decoder.hidden * HALF * (1 if decoder.tied else 2)
    norms = (2 * decoder.layers + 1) * decoder.hidden * HALF
    return decoder.layers * layer + embeddings + norms


def _linear_bytes(inputs: int, outputs: int, group: int | None) -> int:
    if group is None:
        return inputs * outputs * HALF
    groups = inputs // group
    return inputs * outputs + groups * outputs * (HALF + 1) + 4 * inputs


def cache_bytes(decoder: Decoder) -> int:
    """Keys and values of one token, in float16."""
    return 2 * decoder.layers * decoder.kv_heads * decoder.head_size * HALF


def activation_bytes(decoder: Decoder, load: Load) -> int:
    """At the peak of a forward pass: in a layer the residual, its normed copy, and gate, up and
    their product in float16; behind the layers, float32 logits of the last token of each sequence,
    and their sorted copy for sampling. Every device has the residual whole.
    """
    residual = 2 * load.batched * decoder.hidden * HALF * load.devices
    inner = 3 * load.batched * decoder.intermediate * HALF
    logits = 2 * load.width * decoder.vocabulary * 4
    return residual + max(inner, logits)
