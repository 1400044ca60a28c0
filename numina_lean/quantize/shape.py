"""The sizes of a Llama-like decoder, from its configuration, and its linear layers."""

from collections.abc import Iterator
from dataclasses import dataclass

from numina_lean.errors import InputError, first_line


@dataclass(frozen=True, slots=True)
class Decoder:
    """`tied`: the output layer is the embedding. Without biases, as Llama, DeepSeek and Mistral."""

    vocabulary: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    tied: bool

    def linears(self) -> Iterator[tuple[int, int]]:
        """Inputs and outputs, of one decoder layer: q, k, v, o, gate, up, down."""
        attention, shared = self.heads * self.head_size, self.kv_heads * self.head_size
        yield self.hidden, attention
        yield self.hidden, shared
        yield self.hidden, shared
        yield attention, self.hidden
        yield self.hidden, self.intermediate
        yield self.hidden, self.intermediate
        yield self.intermediate, self.hidden


def load_decoder(model: str) -> Decoder:
    """The decoder of the model in that folder, or of that name. Raises `InputError`."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model).get_text_config()
        heads = int(config.num_attention_heads)
        return Decoder(
            vocabulary=int(config.vocab_size),
            hidden=int(config.hidden_size),
            intermediate=int(config.intermediate_size),
            layers=int(config.num_hidden_layers),
            heads=heads,
            kv_heads=int(getattr(config, "num_key_value_heads", None) or heads),
            head_size=int(getattr(config, "head_dim", None) or config.hidden_size // heads),
            tied=bool(config.tie_word_embeddings),
        )
    except Exception as error:  # what is wrong with a folder, each library says in its own way
        raise InputError(
            f"{model}: no decoder that can be read from its config: {first_line(error)}"
        ) from error


def require_groups(decoder: Decoder, model: str, group: int) -> None:
    """Raises `InputError` where a linear layer's inputs do not divide into groups."""
    for inputs, outputs in decoder.linears():
        if inputs % group or outputs % 32:
            raise InputError(
                f"{model}: a layer of {inputs} inputs and {outputs} outputs does not divide into "
                f"groups of {group} inputs and 32 outputs. Pass another --group-size"
            )
