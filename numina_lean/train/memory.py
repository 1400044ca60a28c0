"""How much memory a training run takes on one device, before it starts.

Model states as in ZeRO (Rajbhandari et al. 2020, https://arxiv.org/abs/1910.02054, section 3): in
mixed precision with Adam 2 bytes of parameters, 2 of gradients and 12 of optimiser states a
parameter, of which stage 1 divides the last among the devices, stage 2 the last two and stage 3
all. In float32, and under autocast without DeepSpeed, 4, 4 and 8. Activations by counting what
autograd keeps, as Korthikanti et al. 2022 (https://arxiv.org/abs/2205.05198) do, for Llama's layer
in place of GPT's, and with fused attention. What is not counted: fragmentation, communication
buffers beyond `LIVE`, the CUDA context (about a GiB together).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from numina_lean.errors import InputError, first_line
from numina_lean.train.recipe import SftRecipe

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

LIVE = 10**9
"""Parameters that ZeRO-3 may hold whole at once: `stage3_max_live_parameters` of our config."""

_HEAD_ROWS, _HEAD_COLUMNS = 4096, 8192
"""The tile in which TRL 1.16 computes logits (`trl/kernels/chunked_logprob.py`)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A decoder by its sizes; `parameters` counts every one."""

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on one device. `gathered`: parameters held whole for a while under ZeRO-3, or the bf16
    copies that autocast makes."""

    parameters: int
    gradients: int
    optimizer: int
    gathered: int
    activations: int
    head: int

    @property
    def total(self) -> int:
        states = self.parameters + self.gradients + self.optimizer
        return states + self.gathered + self.activations + self.head


def load_shape(model: str) -> Shape:
    """The shape of the model in that folder, or of that name. Raises `InputError`."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model)
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(
            f"{model}: its configuration cannot be loaded: {first_line(error)}"
        ) from error
    return shape_of(config)


def shape_of(config: "PreTrainedConfig") -> Shape:
    """The shape that a configuration means; parameters are counted on a model without weights."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    text = config.get_text_config()
    heads = int(text.num_attention_heads)
    return Shape(
        parameters=sum(one.numel() for one in model.parameters()),
        layers=int(text.num_hidden_layers),
        hidden=int(text.hidden_size),
        intermediate=int(getattr(text, "intermediate_size", None) or 4 * text.hidden_size),
        heads=heads,
        kv_heads=int(getattr(text, "num_key_value_heads", None) or heads),
        head_size=int(getattr(text, "head_dim", None) or text.hidden_size // heads),
        vocabulary=int(text.vocab_size),
    )


def estimate(
    shape: Shape,
    recipe: SftRecipe,
    processes: int,
    precision: Literal["bf16", "float32"],
) -> Memory:
    """What each of so many devices takes; DeepSpeed runs where there is more than one."""
    stage = recipe.zero_stage if processes > 1 else 0
    engine = stage > 0
    mixed = precision == "bf16" and engine
    states = (2, 2, 12) if mixed else (4, 4, 8)
    shares = [processes if stage >= least else 1 for least in (3, 2, 1)]
    parameters, gradients, optimizer = (
        bytes_each * shape.parameters // share
        for bytes_each, share in zip(states, shares, strict=True)
    )
    gathered = 0
    if stage == 3:
        gathered = states[0] * min(LIVE, shape.parameters)
    elif precision == "bf16" and not engine:
        gathered = 2 * shape.parameters
    tokens = recipe.per_device_batch * recipe.block_size
    width = 2 if precision == "bf16" else 4
    kept = layer_bytes(shape, tokens, width)
    if recipe.gradient_checkpointing:
        activations = shape.layers * tokens * shape.hidden * width + kept
    else:
        activations = shape.layers * kept
    head = min(tokens, _HEAD_ROWS) * min(shape.vocabulary, _HEAD_COLUMNS) * 4 * 2
    return Memory(parameters, gradients, optimizer, gathered, activations, head)


def layer_bytes(shape: Shape, tokens: int, width: int) -> int:
    """What autograd keeps of one Llama layer with fused attention; a value has `width` bytes.

    Of each token, for each of two norms: its input in float32, the root of its mean square, what is
    normalised, and that scaled, which the projections read. For attention: q, k and v as they go
    in, a float32 a head, and what comes out. For the gated part: gate, gate after its
    non-linearity, up, and their product.
    """
    attended = shape.heads * shape.head_size
    rotated = attended + 2 * shape.kv_heads * shape.head_size
    norms = 2 * (4 * shape.hidden + 4 + 2 * width * shape.hidden)
    attention = width * (rotated + attended) + 4 * shape.heads
    gated = 4 * width * shape.intermediate
    return tokens * (norms + attention + gated)
