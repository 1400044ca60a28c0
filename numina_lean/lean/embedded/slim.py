"""Makes the published Lean fit to start: 27 seconds become one or two.

As published, `lean.wasm` exports each of its 200,000 functions and data by name, so that its own
`dlsym` finds them, and Node makes an object for each before Lean does anything. The prepared
module exports only what JavaScript names. The rest is found another way:

- Every exported function gets a slot in the function table, in the module's own element segment,
  and every exported address of a datum is a constant. `syms.bin` maps names to both. A slot is
  what `dlsym` answered before, only given out at run time; no function loses or changes its code.
- The table is imported instead of defined, with the same index 0, so that the trampolines
  (trampolines.py) can be made around it before the module is.

Code, data and types are copied byte by byte.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from numina_lean.lean.embedded import wasm
from numina_lean.lean.embedded.glue import Glue, read_glue, write_glue
from numina_lean.lean.embedded.package import Shape, UnexpectedPackageError
from numina_lean.lean.embedded.symbols import encode_symbols
from numina_lean.lean.embedded.trampolines import build_trampolines
from numina_lean.lean.embedded.wasm import Export, Kind, Module, Section, SectionId

SLIM_FORMAT = 1
"""Raised whenever the prepared files change; each format has its own folder in the cache."""

_TABLE = "__indirect_function_table"
_NAMED_BY_LEAN_ALONE = ("l_", "_Z", "initialize")
"""Symbols of compiled Lean, of C++, and module initialisers: found by dlsym, not by JavaScript."""


@dataclass(frozen=True, slots=True)
class Slimmed:
    """The prepared files; `module` in chunks."""

    glue: str
    module: Module
    symbols: bytes


def slim(glue_text: str, module_bytes: bytes, shape: Shape) -> Slimmed:
    """Raises `UnexpectedPackageError`, or `WasmError`, when the input is not the known build."""
    glue = read_glue(glue_text, fewest_variables=shape.exports // 2)
    module = Module.parse(module_bytes)
    exports, imports = module.exports(), module.imports()
    _refuse_late_addresses(exports, imports)
    elements, slots = _give_slots(exports, module.elements())
    symbols = slots | _addresses(exports, module, imports)
    kept = [export for export in exports if _is_kept(export, glue)]
    table_slots = elements.offset + len(elements.functions)
    found = replace(
        shape,
        exports=len(exports),
        exports_kept=len(kept),
        symbols=len(symbols),
        table_slots=table_slots,
    )
    if found != shape:
        raise UnexpectedPackageError(f"lean.wasm has the shape {found}, not {shape}")
    types = module.types()
    trampolines = build_trampolines(
        [
            (import_.name, types[import_.type_index])
            for import_ in imports
            if import_.kind is Kind.FUNCTION and import_.name.startswith("invoke_")
        ],
        table_slots,
    )
    table = wasm.Import("env", _TABLE, Kind.TABLE, wasm.encode_table(table_slots))
    slimmed = _replace_sections(
        module,
        {
            SectionId.IMPORT: wasm.vector(map(wasm.encode_import, (*imports, table))),
            SectionId.EXPORT: wasm.vector(map(wasm.encode_export, kept)),
            SectionId.ELEMENT: wasm.encode_elements(elements),
        },
    )
    return Slimmed(write_glue(glue, table_slots, trampolines), slimmed, encode_symbols(symbols))


def _is_kept(export: Export, glue: Glue) -> bool:
    return export.name in glue.exports or not export.name.startswith(_NAMED_BY_LEAN_ALONE)


def _refuse_late_addresses(exports: Iterable[Export], imports: Iterable[wasm.Import]) -> None:
    """Refuse a module that waits for the address of one of its own exports.

    The glue no longer fills those in from the list of exports; see its patch of updateGOT.
    """
    requested = {import_.name for import_ in imports if import_.module.startswith("GOT.")}
    late = requested.intersection(export.name for export in exports)
    if late:
        raise UnexpectedPackageError(f"lean.wasm waits for its own {min(late)}")


def _give_slots(
    exports: Iterable[Export], elements: wasm.ElementSegment
) -> tuple[wasm.ElementSegment, dict[str, int]]:
    """The segment with a slot for every exported function, and the slot of each name."""
    functions = list(elements.functions)
    slot_of: dict[int, int] = {}
    for position, function in enumerate(functions):
        slot_of.setdefault(function, elements.offset + position)
    slots: dict[str, int] = {}
    for export in exports:
        if export.kind is Kind.FUNCTION:
            if export.item not in slot_of:
                slot_of[export.item] = elements.offset + len(functions)
                functions.append(export.item)
            slots[export.name] = slot_of[export.item]
    return replace(elements, functions=tuple(functions)), slots


def _addresses(
    exports: Iterable[Export], module: Module, imports: Iterable[wasm.Import]
) -> dict[str, int]:
    """The addresses of exported data: immutable globals, which hold nothing else."""
    imported = sum(import_.kind is Kind.GLOBAL for import_ in imports)
    own = module.globals()
    addresses = {}
    for export in exports:
        if export.kind is Kind.GLOBAL:
            variable = own[export.item - imported] if export.item >= imported else None
            if variable is None or variable.constant is None:
                raise UnexpectedPackageError(f"{export.name} in lean.wasm has no fixed address")
            if not variable.mutable:
                addresses[export.name] = variable.constant
    return addresses


def _replace_sections(module: Module, payloads: dict[SectionId, bytes]) -> Module:
    """The module with other payloads, and without a table section."""
    sections = []
    for section in module.sections:
        if section.id == SectionId.TABLE:
            continue
        changed = next((p for id_, p in payloads.items() if id_ == section.id), None)
        sections.append(section if changed is None else Section(section.id, changed))
    return Module(tuple(sections))
