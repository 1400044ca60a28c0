"""Quantisation: the memory plan, the samples, what is compared; and, with GPTQModel, a real one."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from tiny_model import save_tiny_model
from training import save_tiny_base, tir_rows, write_rows
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.quantize.calibration import Sample, choose, read_samples, token_ids
from numina_lean.quantize.compare import Behaviour, behave, compare
from numina_lean.quantize.plan import Load, cache_bytes, plan, weight_bytes
from numina_lean.quantize.shape import Decoder, load_decoder, require_groups

DEEPSEEK_7B = Decoder(102_400, 4096, 11_008, 30, 32, 32, 128, tied=False)
GIB = 2**30


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that 128 divides."""
    torch.set_num_threads(1)
    return save_tiny_base(tmp_path_factory.mktemp("model"), hidden=128)


def test_weights_in_float16_are_those_of_a_real_model() -> None:
    config = LlamaConfig(
        vocab_size=102_400,
        hidden_size=4096,
        intermediate_size=11_008,
        num_hidden_layers=30,
        num_attention_heads=32,
        num_key_value_heads=32,
        tie_word_embeddings=False,
    )
    with torch.device("meta"):
        parameters = sum(each.numel() for each in LlamaForCausalLM(config).parameters())
    assert weight_bytes(DEEPSEEK_7B, None) == 2 * parameters


def test_two_t4s_hold_the_8_bit_model_and_not_48_whole_sequences() -> None:
    # By hand: 30 layers x (4 x 4096^2 + 3 x 4096 x 11008) numbers = 6,071,255,040 bytes, and
    # 3 bytes for each group of 128 of them, 4 for each of 6 x 4096 + 11008 inputs a layer.
    numbers = 30 * (4 * 4096**2 + 3 * 4096 * 11_008)
    indices = 30 * 4 * (6 * 4096 + 11_008)
    rest = 2 * (2 * 102_400 * 4096 + 61 * 4096)
    assert weight_bytes(DEEPSEEK_7B, 128) == numbers + 3 * numbers // 128 + indices + rest
    assert cache_bytes(DEEPSEEK_7B) == 2 * 30 * 4096 * 2
    eight, half = (plan(DEEPSEEK_7B, Load(), group) for group in (128, None))
    assert eight.cache == 48 * 2048 * 491_520
    assert eight.cache > 2 * 16 * GIB
    assert 0 < half.fits < eight.fits < 48
    used = eight.weights + eight.activations + eight.fits * eight.sequence
    assert used <= eight.room < used + eight.sequence
    assert plan(DEEPSEEK_7B, Load(device_bytes=80 * GIB), 128).fits == 48
    assert plan(DEEPSEEK_7B, Load(devices=1, device_bytes=4 * GIB), 128).fits == 0


def test_layers_that_do_not_divide_into_groups_are_refused(tmp_path: Path) -> None:
    small = str(save_tiny_model(tmp_path / "small"))
    with pytest.raises(InputError, match="64 inputs and 64 outputs"):
        require_groups(load_decoder(small), small, 128)


def test_samples_are_drawn_by_seed_and_apart_from_those_held_out(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"problem": f"p{number}", "solution": "s"} for number in range(50)
    ]
    data = write_rows(tmp_path / "tir.jsonl", rows)
    one, again, other = (choose(data, 20, 10, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert (len(one.calibration), len(one.held_out)) == (20, 10)
    assert not set(one.calibration) & set(one.held_out)
    assert len(choose(data, 100, 10, 1).calibration) == 50


def test_hostile_rows_are_no_samples(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        {"problem": "a\ud800", "trajectory": "b"},
        {"messages": [7], "problem": "a", "solution": "b"},
        {"problem": "", "solution": "b"},
        {"problem": 7, "solution": "b"},
    ]
    data = write_rows(tmp_path / "tir.jsonl", rows)
    data.write_text(data.read_text() + "no JSON\n")
    assert list(read_samples(data)) == [Sample("a", "b"), Sample("a?", "b")]
    empty = write_rows(tmp_path / "empty.jsonl", rows[3:])
    with pytest.raises(InputError, match="no row"):
        choose(empty, 1, 1, 0)


def rows_of(model: Path, count: int = 4) -> list[list[int]]:
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] + '\n' }}{% endfor %}"
    samples = tuple(Sample(str(r["problem"]), str(r["solution"])) for r in tir_rows(count))
    return token_ids(samples, tokenizer, 64)


def test_a_model_is_as_itself_and_its_perplexity_is_that_of_its_loss(model: Path) -> None:
    sequences = rows_of(model)
    told = behave(str(model), sequences, [], 4)
    fidelity = compare(told, told, sequences)
    assert (fidelity.same_token, fidelity.drift, fidelity.same_text) == (1.0, 0.0, None)
    loaded = AutoModelForCausalLM.from_pretrained(model)
    total = 0.0
    for ids in sequences:
        row = torch.tensor([ids])
        total += loaded(row, labels=row).loss.item() * (len(ids) - 1)
    expected = torch.tensor(total / fidelity.tokens).exp()
    assert fidelity.perplexity_before == pytest.approx(float(expected), rel=1e-4)


def test_a_model_that_was_changed_is_seen_to_be(model: Path, tmp_path: Path) -> None:
    loaded = AutoModelForCausalLM.from_pretrained(model)
    torch.manual_seed(0)
    for parameter in loaded.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    loaded.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(model).save_pretrained(tmp_path)
    sequences = rows_of(model)
    one, other = (behave(str(folder), sequences, [], 4) for folder in (model, tmp_path))
    fidelity = compare(one, other, sequences)
    assert fidelity.same_token < 1.0
    assert fidelity.drift > 1e-3


def test_answers_agree_by_value_and_not_by_words() -> None:
    logs = (torch.zeros(1, 3).log_softmax(-1),)
    before = Behaviour(logs, ("It is $\\boxed{0.5}$.", "\\boxed{2}", "none", "\\boxed{7}"))
    after = Behaviour(logs, ("So $\\boxed{\\frac12}$.", "\\boxed{3}", "none", "none"))
    fidelity = compare(before, after, [[0, 1]])
    assert (fidelity.same_text, fidelity.answered) == (0.25, 3)
    assert fidelity.same_answer == pytest.approx(1 / 3)


def test_the_plan_alone_needs_no_library(model: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app,
        ["quantize", str(model), "--calibration", "x", "--output", "y", "--plan-only"],
    )
    assert told.exit_code == 0
    assert "48 of 48 sequences at once" in told.output


@pytest.mark.skipif(find_spec("gptqmodel") is not None, reason="the library is installed")
def test_without_the_library_one_line_names_the_extra(model: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "tir.jsonl", tir_rows(3))
    output = str(tmp_path / "out")
    told = CliRunner().invoke(
        app, ["quantize", str(model), "--calibration", str(data), "--output", output]
    )
    assert told.exit_code == 2
    assert "pip install 'numina-lean[quantize]'" in told.output


@pytest.mark.skipif(
    find_spec("gptqmodel") is None or find_spec("optimum") is None,
    reason="needs the extra quantize, which asks for a torch of its own",
)
def test_a_real_model_is_quantised_and_loads(model: Path, tmp_path: Path) -> None:
    from numina_lean.train.template import CHAT_TEMPLATE

    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(model)
    data = write_rows(tmp_path / "tir.jsonl", tir_rows(40))
    output = tmp_path / "out"
    arguments = ["--calibration", str(data), "--output", str(output), "--samples", "32"]
    arguments += ["--held-out", "8", "--prompts", "2", "--max-tokens", "8"]
    told = CliRunner().invoke(app, ["quantize", str(model), *arguments])
    assert told.exit_code == 0, told.output
    config = json.loads((output / "config.json").read_text())["quantization_config"]
    # The fields that vLLM's GPTQConfig.from_config reads.
    assert (config["quant_method"], config["bits"], config["group_size"]) == ("gptq", 8, 128)
    assert (config["desc_act"], config["sym"], config["lm_head"]) == (True, True, False)
    assert config["checkpoint_format"] == "gptq"
    assert "/tmp" not in (output / "config.json").read_text()
    report = json.loads((output / "quantize.json").read_text())
    fidelity = report["fidelity"]
    assert fidelity["perplexity_after"] == pytest.approx(fidelity["perplexity_before"], rel=0.02)
    assert fidelity["same_token"] > 0.9
    with safe_open(output / "model.safetensors", "pt") as stored:
        sizes, ordered = 0, []
        for name in stored.keys():  # noqa: SIM118  (it is no dict)
            tensor = stored.get_tensor(name)
            # float16 on a GPU: what is float32 here has half the size there.
            sizes += tensor.numel() * min(
                tensor.element_size(), 2 if tensor.is_floating_point() else 4
            )
            if name.endswith("g_idx"):
                ordered.append(torch.equal(tensor, tensor.sort().values))
    assert sizes == weight_bytes(load_decoder(str(output)), 128)
    assert not all(ordered)  # desc_act: columns went by activation, over more than one group
    assert AutoModelForCausalLM.from_pretrained(output).generate(
        torch.tensor([[5, 6]]), max_new_tokens=2, do_sample=False
    ).shape == (1, 4)
