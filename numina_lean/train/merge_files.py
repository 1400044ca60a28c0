"""Merged models on disk: safetensors in, safetensors out, one tensor in memory at a time.

Reads checkpoints by memory map and writes the merged one tensor after tensor, in the files that the
base has. Does not read `.bin` checkpoints, adapters, or names on the Hub.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numina_lean.errors import InputError
from numina_lean.train.merge import Settings, merged, task_vector
from numina_lean.train.merge_threshold import largest

if TYPE_CHECKING:
    from torch import Tensor

MANIFEST = "merge.json"
_INDEX = "model.safetensors.index.json"
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf", ".onnx", ".msgpack", ".h5")
_DTYPES = frozenset({"F64", "F32", "F16", "BF16"})
"""Those that are merged, as safetensors calls them; any other dtype has to be the same in all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A tensor as its file's header tells it; `size` in bytes."""

    file: str
    dtype: str
    shape: tuple[int, ...]
    size: int


def merge_folders(
    base: Path,
    models: Sequence[Path],
    settings: Settings,
    output: Path,
    *,
    advance: Callable[[int], None] = lambda tensors: None,
) -> int:
    """Write the merged model to the folder `output`, which may not be there or is empty.

    All but the weights is copied from the base. `advance` is told of tensors as they are written.
    Returns how many there are. Raises `InputError` where a folder has no safetensors or the models
    do not fit each other, before anything is written.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"--output {output}: exists already. Name a folder that does not")
    layout = entries(base)
    for model in models:
        _require_alike(base, layout, model, entries(model))
    with ExitStack() as stack:
        start = _Checkpoint(base, layout, stack)
        others = [_Checkpoint(model, layout_of, stack) for model, layout_of in _laid_out(models)]
        thresholds = _thresholds(layout, start, others, settings)

        def value(name: str) -> "Tensor":
            here, there = start.read(name), [other.read(name) for other in others]
            if layout[name].dtype not in _DTYPES:
                _require_same(name, here, there, models)
                return here
            return merged(name, here, there, settings, thresholds).to(here.dtype)

        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as made:
            folder = Path(made) / "model"
            folder.mkdir()
            _copy_rest(base, folder)
            for file in sorted({entry.file for entry in layout.values()}):
                names = [name for name, entry in layout.items() if entry.file == file]
                _write(folder / file, names, layout, value, advance)
            _write_manifest(folder / MANIFEST, base, models, settings)
            if output.is_dir():
                output.rmdir()
            folder.rename(output)
    return len(layout)


def entries(folder: Path) -> dict[str, Entry]:
    """The tensors of a checkpoint, in the order of its files. Raises `InputError`."""
    if not folder.is_dir():
        raise InputError(f"model {folder}: no such folder. For one on the Hub: hf download")
    files = _weight_files(folder)
    if not files:
        raise InputError(f"model {folder}: has no *.safetensors. Save it again by transformers")
    found: dict[str, Entry] = {}
    for file in files:
        for name, told in sorted(_header(folder / file).items(), key=_place):
            begin, end = told["data_offsets"]
            found[name] = Entry(file, told["dtype"], tuple(told["shape"]), end - begin)
    return found


def _weight_files(folder: Path) -> list[str]:
    """Those that the index names, where there is one; else all of the folder."""
    index = folder / _INDEX
    if not index.is_file():
        return sorted(path.name for path in folder.glob("*.safetensors"))
    try:
        files = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{index}: not an index of safetensors ({error})") from error
    missing = [file for file in files if not (folder / str(file)).is_file()]
    if missing:
        raise InputError(f"model {folder}: {missing[0]} is missing, which its index names")
    return files


def _header(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= path.stat().st_size - 8:
                raise ValueError("its header is cut off")
            told = json.loads(file.read(length))
        told.pop("__metadata__", None)
    except (ValueError, AttributeError) as error:
        raise InputError(f"{path}: not a file of safetensors ({error})") from error
    return dict(told)


def _place(item: tuple[str, Any]) -> int:
    return int(item[1]["data_offsets"][0])


def _require_alike(
    base: Path, expected: dict[str, Entry], model: Path, found: dict[str, Entry]
) -> None:
    for name, entry in expected.items():
        if name not in found:
            raise InputError(f"model {model}: has no tensor {name}, which the base {base} has")
        other = found[name]
        if (other.shape, other.dtype) != (entry.shape, entry.dtype):
            raise InputError(
                f"model {model}: {name} is {other.dtype} {list(other.shape)}, in the base {base} "
                f"{entry.dtype} {list(entry.shape)}. Only models of one architecture, vocabulary "
                "and dtype can be merged"
            )
    for name in found.keys() - expected.keys():
        raise InputError(f"model {model}: has a tensor {name}, which the base {base} has not")


def _require_same(
    name: str, here: "Tensor", there: Sequence["Tensor"], models: Sequence[Path]
) -> None:
    for tensor, model in zip(there, models, strict=True):
        if not bool((tensor == here).all()):
            raise InputError(f"model {model}: {name} has no float dtype and differs from the base")


def _laid_out(models: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Entry]]]:
    for model in models:
        yield model, entries(model)


class _Checkpoint:
    """The tensors of a folder by name, memory-mapped while the stack is open."""

    def __init__(self, folder: Path, layout: dict[str, Entry], stack: ExitStack) -> None:
        from safetensors import safe_open

        self._layout = layout
        self._files = {
            file: stack.enter_context(safe_open(folder / file, framework="pt"))
            for file in {entry.file for entry in layout.values()}
        }

    def read(self, name: str) -> "Tensor":
        tensor: Tensor = self._files[self._layout[name].file].get_tensor(name)
        return tensor


def _thresholds(
    layout: dict[str, Entry], base: _Checkpoint, models: Sequence[_Checkpoint], settings: Settings
) -> list[float]:
    """One a model, where the settings trim: over all of its tensors, as the paper has it."""
    if not settings.trims:
        return []
    names = [name for name, entry in layout.items() if entry.dtype in _DTYPES]

    def deltas(position: int) -> Iterable["Tensor"]:
        for name in names:
            model = models[position].read(name)
            yield task_vector(name, base.read(name), model, position, settings)

    return [
        largest(lambda position=position: deltas(position), settings.density)  # type: ignore[misc]
        for position in range(len(models))
    ]


def _write(
    path: Path,
    names: Sequence[str],
    layout: dict[str, Entry],
    value: Callable[[str], "Tensor"],
    advance: Callable[[int], None],
) -> None:
    """A file in the format of safetensors: length of the header, header, tensors one by one."""
    import torch

    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in names:
        entry = layout[name]
        offsets = [end, end := end + entry.size]
        header[name] = {"dtype": entry.dtype, "shape": entry.shape, "data_offsets": offsets}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in names:
            tensor = value(name).contiguous()
            file.write(tensor.reshape(-1).view(torch.uint8).numpy().data)
            advance(1)


def _copy_rest(base: Path, folder: Path) -> None:
    for path in sorted(base.iterdir()):
        if path.is_file() and path.suffix not in _WEIGHTS and path.name != MANIFEST:
            shutil.copyfile(path, folder / path.name)


def _write_manifest(path: Path, base: Path, models: Sequence[Path], settings: Settings) -> None:
    told = {
        "base": base.name,
        "models": [model.name for model in models],
        "settings": asdict(settings),
        "versions": {name: version(name) for name in ("numina-lean", "torch", "safetensors")},
    }
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
