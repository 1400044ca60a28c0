"""Merging: the formulas against the papers', entry by entry in plain Python, and the files."""

import json
import math
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_model import save_tiny_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.train.merge import Method, dare, merged, settings, slerp
from numina_lean.train.merge_files import entries, merge_folders
from numina_lean.train.merge_threshold import largest

Vector = list[float]


def vector(seed: int, length: int = 40) -> Vector:
    rng = random.Random(seed)
    return [rng.choice([-1, 1]) * rng.randint(1, 64) / 16 for _ in range(length)]


def result(method: Method, base: Vector, models: Sequence[Vector], **how: float) -> Vector:
    told = settings(method, len(models), **how)  # type: ignore[arg-type]
    deltas = [[a - b for a, b in zip(model, base, strict=True)] for model in models]
    thresholds = [
        sorted((abs(d) for d in delta), reverse=True)[math.ceil(told.density * len(delta)) - 1]
        for delta in deltas
    ]
    tensors = [torch.tensor(model) for model in models]
    return merged("x", torch.tensor(base), tensors, told, thresholds).tolist()  # type: ignore[no-any-return]


def ties_of_the_paper(base: Vector, models: Sequence[Vector], k: float, scale: float) -> Vector:
    """Algorithm 1 of the TIES paper, an entry at a time."""
    trimmed = []
    for model in models:
        delta = [a - b for a, b in zip(model, base, strict=True)]
        least = sorted(map(abs, delta))[len(delta) - math.ceil(k * len(delta))]
        trimmed.append([d if abs(d) >= least else 0.0 for d in delta])
    out = []
    for start, *terms in zip(base, *trimmed, strict=True):
        positive = sum(e for e in terms if e > 0)
        negative = -sum(e for e in terms if e < 0)
        sign = 1 if positive > negative else -1 if negative > positive else 0
        chosen = [e for e in terms if e * sign > 0]
        out.append(start + scale * (statistics.fmean(chosen) if chosen else 0.0))
    return out


def test_linear_is_the_weighted_mean_of_the_models() -> None:
    base, one, other = vector(0), vector(1), vector(2)
    got = settings("linear", 2, weights=(3.0, 1.0))
    tensors = [torch.tensor(one), torch.tensor(other)]
    mean = merged("x", torch.tensor(base), tensors, got).tolist()
    assert mean == pytest.approx([(3 * a + b) / 4 for a, b in zip(one, other, strict=True)])


@pytest.mark.parametrize(("k", "scale"), [(0.2, 1.0), (0.5, 0.7), (1.0, 1.0)])
def test_ties_trims_elects_a_sign_by_total_mass_and_takes_the_disjoint_mean(
    k: float, scale: float
) -> None:
    base, models = vector(0), [vector(seed) for seed in (1, 2, 3)]
    expected = ties_of_the_paper(base, models, k, scale)
    assert result("ties", base, models, density=k, scale=scale) == pytest.approx(expected, abs=1e-6)


def test_ties_leaves_an_entry_alone_whose_signs_weigh_the_same() -> None:
    assert result("ties", [1.0], [[3.0], [-1.0]], density=1.0) == [1.0]


def test_dare_drops_with_its_probability_and_rescales_what_is_left() -> None:
    delta = torch.arange(1, 20_001, dtype=torch.float32)
    thinned = dare(delta, 0.9, seed=7)
    kept = thinned != 0
    assert torch.allclose(thinned[kept], delta[kept] / 0.1)
    # Binomial(20000, 0.1): five standard deviations are 212.
    assert abs(int(kept.sum()) - 2000) < 212
    assert torch.equal(thinned, dare(delta, 0.9, seed=7))
    assert not torch.equal(thinned, dare(delta, 0.9, seed=8))


def test_dare_adds_the_thinned_task_vectors_to_the_base() -> None:
    base, models = vector(0, 2000), [vector(1, 2000), vector(2, 2000)]
    got = result("dare", base, models, drop=0.5)
    deltas = [[a - b for a, b in zip(model, base, strict=True)] for model in models]
    # p = 1/2 and equal weights: each of the two adds 0 or its whole delta.
    for start, value, one, other in zip(base, got, *deltas, strict=True):
        sums = (0.0, one, other, one + other)
        assert min(abs(value - start - each) for each in sums) < 1e-4
    assert len({round(value - start, 3) for start, value in zip(base, got, strict=True)}) > 50


def test_dare_that_drops_nothing_and_elects_is_ties_without_a_trim() -> None:
    base, models = vector(0), [vector(1), vector(2)]
    expected = ties_of_the_paper(base, models, 1.0, 1.0)
    assert result("dare-ties", base, models, drop=0.0) == pytest.approx(expected, abs=1e-6)


def test_slerp_keeps_angle_and_length() -> None:
    one, other = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    for share in (0.0, 0.25, 0.5, 1.0):
        at = slerp(one, other, share).tolist()
        turned = [2 * math.cos(share * math.pi / 2), 2 * math.sin(share * math.pi / 2)]
        assert at == pytest.approx(turned, abs=1e-6)


def test_warp_is_slerp_of_task_vectors_and_then_towards_the_initialisation() -> None:
    base, one, other = vector(0), vector(1), vector(2)
    d1 = [a - b for a, b in zip(one, base, strict=True)]
    d2 = [a - b for a, b in zip(other, base, strict=True)]
    cosine = sum(a * b for a, b in zip(d1, d2, strict=True)) / (math.hypot(*d1) * math.hypot(*d2))
    omega = math.acos(cosine)
    half = math.sin(omega / 2) / math.sin(omega)
    expected = [start + 0.3 * half * (a + b) for start, a, b in zip(base, d1, d2, strict=True)]
    assert result("warp", base, [one, other], scale=0.3) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("method", ["linear", "dare", "ties", "dare-ties", "warp"])
def test_merging_copies_of_a_model_gives_it_back(method: Method) -> None:
    base, model = vector(0), vector(1)
    got = result(method, base, [model, model, model], density=1.0, drop=0.0, scale=1.0)
    assert got == pytest.approx(model, rel=1e-5)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 1.0])
def test_the_threshold_is_that_of_sorting_all_entries(share: float) -> None:
    torch.manual_seed(3)
    parts = [torch.randn(700) * 1e-3, torch.randn(30, 10), torch.zeros(50), torch.randn(1) * 1e20]
    every = torch.cat([part.flatten() for part in parts]).abs().sort(descending=True).values
    expected = float(every[math.ceil(share * len(every)) - 1])
    assert largest(lambda: parts, share) == expected


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A base and two that were, say, fine-tuned from it."""
    root = tmp_path_factory.mktemp("models")
    base = save_tiny_model(root / "base")
    made = [base]
    for seed in (1, 2):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_pretrained(base)
        for parameter in model.parameters():
            parameter.data += 0.05 * torch.randn_like(parameter)
        model.save_pretrained(root / str(seed), max_shard_size="100KB")
        made.append(root / str(seed))
    return made[0], made[1], made[2]


def test_the_merged_folder_loads_and_holds_what_the_formula_says(
    folders: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    base, one, other = folders
    output = tmp_path / "merged"
    arguments = ["merge", str(one), str(other), "--base", str(base), "--output", str(output)]
    told = CliRunner().invoke(app, [*arguments, "--method", "ties", "--density", "0.3"])
    assert told.exit_code == 0, told.output
    tensors = [AutoModelForCausalLM.from_pretrained(f).state_dict() for f in folders]
    # The paper's trim is over the whole model: one vector of all its entries.
    deltas = [
        torch.cat([(state[name] - tensors[0][name]).flatten() for name in tensors[0]])
        for state in tensors[1:]
    ]
    start = torch.cat([tensor.flatten() for tensor in tensors[0].values()]).tolist()
    models = [(torch.tensor(start) + delta).tolist() for delta in deltas]
    expected = ties_of_the_paper(start, models, 0.3, 1.0)
    merged_state = AutoModelForCausalLM.from_pretrained(output).state_dict()
    got = torch.cat([merged_state[name].flatten() for name in tensors[0]])
    # An entry next to the threshold may fall on its other side, for start + delta was rounded.
    close = torch.isclose(got, torch.tensor(expected), rtol=1e-4, atol=1e-6)
    assert float(close.float().mean()) > 0.999
    assert AutoTokenizer.from_pretrained(output)("n + 1")["input_ids"]
    assert json.loads((output / "merge.json").read_text())["settings"]["density"] == 0.3


def test_dtypes_and_the_files_of_the_base_are_kept(tmp_path: Path) -> None:
    torch.manual_seed(5)
    made = []
    for name in ("base", "one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        half = torch.randn(3, 5).to(torch.bfloat16)
        tensors = {"half": half, "none": torch.zeros(0), "scalar": torch.randn(())}
        save_file({**tensors, "steps": torch.arange(4)}, folder / "model.safetensors")
        made.append(folder)
    base, one, two = made
    merge_folders(base, [one, two], settings("linear", 2), tmp_path / "out")
    got = load_file(tmp_path / "out" / "model.safetensors")
    first, second = (load_file(folder / "model.safetensors") for folder in (one, two))
    mean = (first["half"].float() + second["half"].float()) / 2
    assert torch.equal(got["half"], mean.to(torch.bfloat16))
    assert torch.equal(got["steps"], torch.arange(4))
    assert got["none"].shape == (0,) and got["scalar"].shape == ()
    assert entries(tmp_path / "out").keys() == entries(base).keys()


@pytest.mark.parametrize("change", ["shape", "dtype", "missing", "more", "cut", "nothing"])
def test_models_that_do_not_fit_are_refused_in_one_line(change: str, tmp_path: Path) -> None:
    base, other = tmp_path / "base", tmp_path / "other"
    base.mkdir(), other.mkdir()
    tensors = {"a": torch.ones(2, 3), "b": torch.ones(4)}
    save_file(tensors, base / "model.safetensors")
    path = other / "model.safetensors"
    match change:
        case "shape":
            save_file(tensors | {"a": torch.ones(3, 2)}, path)
        case "dtype":
            save_file(tensors | {"a": torch.ones(2, 3).half()}, path)
        case "missing":
            save_file({"a": tensors["a"]}, path)
        case "more":
            save_file(tensors | {"c": torch.ones(1)}, path)
        case "cut":
            path.write_bytes((base / "model.safetensors").read_bytes()[:20])
    with pytest.raises(InputError) as caught:
        merge_folders(base, [other], settings("dare", 1), tmp_path / "out")
    assert "other" in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"weights": (1.0,)}, {"density": 0.0}, {"drop": 1.0}, {"scale": math.nan}, {"density": 1.1}],
    ids=["weights", "density", "drop", "scale", "density above"],
)
def test_settings_without_a_meaning_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        settings("dare", 2, **wrong)  # type: ignore[arg-type]
