"""What training takes, held against torch; and that packed examples do not see each other."""

from pathlib import Path

import pytest
import torch
from training import save_tiny_base
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedModel

from numina_lean.train.memory import estimate, layer_bytes, load_shape, shape_of
from numina_lean.train.recipe import SftRecipe, load_recipe


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def model(base: Path) -> PreTrainedModel:
    loaded: PreTrainedModel = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    return loaded.train()


def recipe(*overrides: str) -> SftRecipe:
    return load_recipe("7b-cot", SftRecipe, overrides)


def test_model_states_in_float32_are_what_torch_holds(base: Path, model: PreTrainedModel) -> None:
    optimizer = torch.optim.AdamW(model.parameters())
    ids = torch.arange(20)[None]
    model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    weights = sum(one.nbytes for one in model.parameters())
    gradients = sum(one.grad.nbytes for one in model.parameters() if one.grad is not None)
    moments = sum(
        one.nbytes for state in optimizer.state.values() for one in state.values() if one.dim()
    )
    shape = load_shape(str(base))
    found = estimate(shape, recipe(), 1, "float32")
    assert shape.parameters == sum(one.numel() for one in model.parameters())
    assert (found.parameters, found.gradients, found.optimizer) == (weights, gradients, moments)


def kept_bytes(model: PreTrainedModel, ids: torch.Tensor) -> int:
    """What autograd keeps of a forward pass, each storage once, the weights left out."""
    weights = {one.untyped_storage().data_ptr() for one in model.parameters()}
    storages: dict[int, int] = {}
    alive = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            storages[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
    assert hidden.requires_grad
    return sum(storages.values())


def a_layer(base: Path, dtype: torch.dtype, *, checkpointing: bool) -> float:
    """What two more layers keep of 256 tokens, halved."""
    ids = torch.arange(256)[None] % 200
    kept = []
    for layers in (1, 3):
        config = LlamaConfig.from_pretrained(base, num_hidden_layers=layers)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa", dtype=dtype)
        if checkpointing:
            model.activation_checkpointing_enable({"use_reentrant": False})
        kept.append(kept_bytes(model.train(), ids))
    return (kept[1] - kept[0]) / 2


@pytest.mark.parametrize(("dtype", "width"), [(torch.float32, 4), (torch.bfloat16, 2)])
def test_activations_of_a_layer_are_what_autograd_keeps(
    base: Path, dtype: torch.dtype, width: int
) -> None:
    measured = a_layer(base, dtype, checkpointing=False)
    assert layer_bytes(load_shape(str(base)), 256, width) == pytest.approx(measured, rel=0.01)


def test_with_checkpointing_a_layer_keeps_its_input_alone(base: Path) -> None:
    shape = load_shape(str(base))
    measured = a_layer(base, torch.float32, checkpointing=True)
    assert measured == pytest.approx(256 * shape.hidden * 4, rel=0.05)


def test_zero_3_divides_the_sixteen_bytes_of_a_parameter() -> None:
    """The example of the ZeRO paper's table 1: 7.5 billion parameters in mixed precision."""
    shape = shape_of(LlamaConfig(num_hidden_layers=2, hidden_size=64, num_attention_heads=4))
    big = type(shape)(7_500_000_000, 32, 4096, 11008, 32, 32, 128, 32000)
    for devices, stage, gigabytes in ((64, 1, 31.4), (64, 2, 16.6), (64, 3, 1.88)):
        changed = recipe(f"zero_stage={stage}")
        found = estimate(big, changed, devices, "bf16")
        states = found.parameters + found.gradients + found.optimizer
        assert states / 1e9 == pytest.approx(gigabytes, rel=0.01)


def test_examples_of_a_block_do_not_see_each_other_without_flash_attention(
    model: PreTrainedModel,
) -> None:
    model.eval()
    first, second = torch.arange(10, 40), torch.arange(60, 85)
    packed = torch.cat([first, second])[None]
    positions = torch.cat([torch.arange(len(first)), torch.arange(len(second))])[None]
    with torch.no_grad():
        together = model(input_ids=packed, position_ids=positions, use_cache=False).logits[0]
        alone = model(input_ids=second[None], use_cache=False).logits[0]
        leaking = model(input_ids=packed, use_cache=False).logits[0]
    assert torch.allclose(together[len(first) :], alone, atol=1e-5)
    assert not torch.allclose(leaking[len(first) :], alone, atol=1e-3)
