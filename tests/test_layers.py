"""The layer order of the package, and that no module breaks it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "numina_lean"

LAYERS = (
    {"cli"},
    {"distributed", "serve"},
    {"build", "calibrate", "evaluate", "formalize", "quantize", "steps", "train"},
    {"clean", "solve"},
    {"gates"},
    {"corpus", "prove", "translate"},
    {"prompts"},
    {"models", "papers", "problems"},
    {"lint"},
    {"check", "library"},
    {"lean"},
    {"answers", "sandbox"},
    {"tables"},
    {"errors"},
)
"""Top to bottom: a layer imports only those below it. The one place that says so."""

BESIDE = {("prove", "translate"), ("corpus", "translate")}
"""Imports between neighbours of one layer: proofs are put into translated statements, and rows
are compared by theirs."""

APART = {("problems", "check")}
"""Imports that the order would allow and the design does not: problems know nothing of Lean."""

DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The part of the package that a module belongs to: its folder or, at the top, itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """The line and part of each import from our package, wherever in the module it stands."""
    package = ("numina_lean", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            root, *rest = name.split(".")
            if root == "numina_lean" and rest and not rest[0].startswith("__"):
                yield node.lineno, rest[0]


def may_import(importer: str, imported: str) -> bool:
    if importer == imported or (importer, imported) in BESIDE:
        return True
    return DEPTH[importer] < DEPTH[imported] and (importer, imported) not in APART


def test_every_part_of_the_package_has_its_layer() -> None:
    parts = {part_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert parts <= set(DEPTH)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    importer = part_of(path)
    if importer in DEPTH:
        wrong = [
            f"line {line}: {importer} imports {imported}"
            for line, imported in imported_parts(path, path.read_text(encoding="utf-8"))
            if not may_import(importer, imported)
        ]
        assert wrong == []


def test_the_reading_of_imports_sees_every_form() -> None:
    forms = {
        "import numina_lean.lean.source": "lean",
        "from numina_lean.check.pool import Pool": "check",
        "from numina_lean import corpus": "corpus",
        "from ..problems import read": "problems",
        "def f():\n    from numina_lean import errors": "errors",
    }
    here = PACKAGE / "prove" / "imagined.py"
    for text, part in forms.items():
        assert [found for _, found in imported_parts(here, text)] == [part]


def test_a_lower_layer_may_not_import_a_higher_one() -> None:
    assert may_import("cli", "lean")
    assert may_import("prove", "translate")
    assert not may_import("lean", "check")
    assert not may_import("problems", "check")
    assert not may_import("translate", "prove")
