"""Where the verdict of an item is kept: a digest of everything that it depends on.

That is the source, its reference, the limits, the policy; the engine with its versions and the
modules of our own project that are imported; and the program text of `numina_lean.lean` and
`numina_lean.check`, which make the verdict. A change in any of them is another address, so nothing
in the cache is ever out of date. The item's id is no part of it.
"""

import json
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from numina_lean.check.verdict import Item
from numina_lean.lean.engine import Engine
from numina_lean.lean.source import Header, split_header

_JUDGES = ("lean", "check")
_COMPILED = "__pycache__"


class Addresses:
    """The addresses of verdicts of one engine. Used by many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        lean = engine.lean
        self._versions = (
            *(judging(), engine.judges),
            *(lean.engine, lean.lean_version, lean.mathlib_revision),
        )
        self._modules: dict[tuple[str, ...], str] = {}

    def of(self, item: Item) -> bytes:
        """32 bytes."""
        everything = (
            *self._versions,
            *(self._modules_of(imports) for imports in _imports(item)),
            item.source,
            item.reference,
            float(item.timeout),
            item.heartbeats,
            sorted(item.policy.axioms),
            item.policy.strict,
        )
        text = json.dumps(everything, ensure_ascii=False)
        return sha256(text.encode("utf-8", "surrogatepass")).digest()

    def still_holds(self, item: Item) -> bool:
        """Whether the modules that `item` imports are what they were at its first address.

        Lean processes go on with what they loaded; a verdict made while a module changed belongs
        to no address.
        """
        return all(
            self._modules_of(imports) == self._engine.modules_digest(Header(imports))
            for imports in _imports(item)
        )

    def _modules_of(self, imports: tuple[str, ...]) -> str:
        digest = self._modules.get(imports)
        if digest is None:
            digest = self._modules[imports] = self._engine.modules_digest(Header(imports))
        return digest


def _imports(item: Item) -> Iterator[tuple[str, ...]]:
    for source in (item.source, item.reference):
        if source is not None:
            yield split_header(source)[0].imports


@cache
def judging() -> str:
    """A digest of the program text that makes verdicts: the version of our own rules."""
    digest = sha256()
    for part in _JUDGES:
        for name, text in _programs(files("numina_lean") / part, part):
            digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _programs(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name == _COMPILED:
            continue
        if entry.is_dir():
            yield from _programs(entry, f"{name}/{entry.name}")
        else:
            yield f"{name}/{entry.name}", entry.read_bytes()
