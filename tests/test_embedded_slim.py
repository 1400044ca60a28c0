"""The parts of the slimmed Lean that run in Node: trampolines, symbol table, glue."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import fake_lean_package as fake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.lean.embedded import wasm
from numina_lean.lean.embedded.glue import STATIC_SYM, read_glue
from numina_lean.lean.embedded.node import node_binary
from numina_lean.lean.embedded.package import UnexpectedPackageError
from numina_lean.lean.embedded.slim import slim
from numina_lean.lean.embedded.symbols import encode_symbols
from numina_lean.lean.embedded.trampolines import build_trampolines
from numina_lean.lean.embedded.wasm import (
    Export,
    FunctionType,
    Import,
    Kind,
    Module,
    SectionId,
    ValueType,
    encode_elements,
)

I32 = ValueType.I32


def run_in_node(script: str, folder: Path) -> object:
    path = folder / "script.cjs"
    path.write_text(script)
    done = subprocess.run([node_binary(), path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


TRAMPOLINE_SCRIPT = """
const fs = require('fs');
const log = [];
const thrown = new WebAssembly.Global({value: 'i32', mutable: true}, 0);
const callees = new WebAssembly.Table({element: 'anyfunc', initial: 8});
const stack = new WebAssembly.Table({element: 'anyfunc', initial: 1});
// A module of our own turns JavaScript functions into table entries of the right type.
const wrapper = new WebAssembly.Module(fs.readFileSync('FOLDER/wrapper.wasm'));
const wrap = (javascript) =>
  new WebAssembly.Instance(wrapper, {e: {one: javascript, two: () => 7, none: () => 4096}}).exports;
stack.set(0, wrap(() => 0).none);
const raise = (error) => () => { throw error; };
const behaviours = [
  (x) => x + 1,
  () => { thrown.value = 1; throw 5; },
  raise(new RangeError('deep')),
];
behaviours.forEach((javascript, slot) => callees.set(slot, wrap(javascript).one));
callees.set(3, wrap(() => 0).two);
const trampolines = new WebAssembly.Module(fs.readFileSync('FOLDER/trampolines.wasm'));
const {invoke_ii} = new WebAssembly.Instance(trampolines, {
  e: {fail: (sp) => log.push(`fail ${sp}`), thrown, callees, stack},
  j: {invoke_ii: (slot, x) => { log.push(`javascript ${slot} ${x}`); return 99; }},
}).exports;
const attempt = (slot) => {
  try { return invoke_ii(slot, 41); } catch (error) { return String(error); }
};
const answers = [attempt(0), attempt(1), attempt(2), attempt(3)];
thrown.value = 1;
const stale = attempt(2);
console.log(JSON.stringify({answers, stale, thrown: thrown.value, log}));
"""


def wrapper_module() -> bytes:
    """Exports the imported functions `one` (i32 to i32), `two` (two i32) and `none` (no input)."""
    types = [
        FunctionType((I32,), (I32,)),
        FunctionType((I32, I32), (I32,)),
        FunctionType((), (I32,)),
    ]
    names = ["one", "two", "none"]
    imports = [
        Import("e", name, Kind.FUNCTION, wasm.unsigned(index)) for index, name in enumerate(names)
    ]
    exports = [Export(name, Kind.FUNCTION, index) for index, name in enumerate(names)]
    sections = (
        wasm.Section(SectionId.TYPE, wasm.vector(map(wasm.encode_type, types))),
        wasm.Section(SectionId.IMPORT, wasm.vector(map(wasm.encode_import, imports))),
        wasm.Section(SectionId.EXPORT, wasm.vector(map(wasm.encode_export, exports))),
    )
    return b"".join(Module(sections).chunks())


def test_trampolines_catch_what_cpp_threw_and_nothing_else(tmp_path: Path) -> None:
    signatures = [("invoke_ii", FunctionType((I32, I32), (I32,)))]
    (tmp_path / "trampolines.wasm").write_bytes(build_trampolines(signatures, 8))
    (tmp_path / "wrapper.wasm").write_bytes(wrapper_module())
    answer = run_in_node(TRAMPOLINE_SCRIPT.replace("FOLDER", str(tmp_path)), tmp_path)
    assert answer == {
        # A plain call; a C++ exception, caught; a host's exception, passed on; another signature.
        "answers": [42, 0, "RangeError: deep", 99],
        # A flag left over from an exception that nothing caught does not make it one of C++.
        "stale": "RangeError: deep",
        "thrown": 0,
        "log": ["fail 4096", "javascript 3 41"],
    }


@pytest.mark.parametrize("value_type", [ValueType.I64, ValueType.F32, ValueType.F64, None])
def test_trampolines_of_every_type_are_valid_modules(
    tmp_path: Path, value_type: ValueType | None
) -> None:
    results = (value_type,) if value_type else ()
    arguments = (value_type,) * 70 if value_type else ()
    signatures = [("invoke_x", FunctionType((I32, *arguments), results))]
    (tmp_path / "module.wasm").write_bytes(build_trampolines(signatures, 1))
    script = (
        f"console.log(WebAssembly.validate(require('fs').readFileSync('{tmp_path}/module.wasm')))"
    )
    assert run_in_node(script, tmp_path) is True


NAMES = ["a", "ab", "b", "l_Nat_add", "Größe", "𝔸", ""]


def test_node_finds_each_symbol_and_no_other(tmp_path: Path) -> None:
    symbols = {name: 100 + index for index, name in enumerate(NAMES)}
    (tmp_path / "syms.bin").write_bytes(encode_symbols(symbols))
    wanted = [*NAMES, "aa", "l_Nat_ad", "l_Nat_addd", "zz", "\uffff"]
    script = (
        f"const fs=require('fs');const scriptDirectory={json.dumps(f'{tmp_path}/')};"
        f"{STATIC_SYM}"
        f"console.log(JSON.stringify({json.dumps(wanted)}.map(staticSym)))"
    )
    assert run_in_node(script, tmp_path) == [*symbols.values(), 0, 0, 0, 0, 0]


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 2**32 - 1), max_size=9))
def test_the_symbol_file_is_sorted_by_bytes_and_complete(symbols: dict[str, int]) -> None:
    content = encode_symbols(symbols)
    numbers = [int.from_bytes(content[at : at + 4], "little") for at in range(0, len(content), 4)]
    count = numbers[0]
    offsets, values = numbers[1 : count + 2], numbers[count + 2 : 2 * count + 2]
    names = content[8 + 8 * count :]
    read = [names[start:end] for start, end in pairwise(offsets)]
    assert read == sorted(read)
    assert dict(zip(read, values, strict=True)) == {k.encode(): v for k, v in symbols.items()}


def test_every_function_keeps_a_slot_and_only_what_the_glue_names_stays_exported() -> None:
    slimmed = slim(fake.GLUE, fake.module(), fake.SHAPE)
    module = Module.parse(b"".join(slimmed.module.chunks()))
    assert [export.name for export in module.exports()] == [
        *("lean_used", "l_used_by_glue", "variable", "__indirect_function_table"),
    ]
    # Function 2 was in the table already; 1 and 3 come after it.
    assert module.elements().functions == (2, 1, 3)
    assert slimmed.symbols == encode_symbols(
        {"lean_used": 2, "l_unused": 1, "l_used_by_glue": 3, "_Zdatum": 1024}
    )
    assert module.payload(SectionId.CODE) == Module.parse(fake.module()).payload(SectionId.CODE)
    assert module.imports()[-1].name == "__indirect_function_table"
    assert all(section.id != SectionId.TABLE for section in module.sections)


def test_the_slimmed_glue_is_javascript_without_the_unused_exports(tmp_path: Path) -> None:
    glue = slim(fake.GLUE, fake.module(), fake.SHAPE).glue
    assert "l_unused" not in glue
    assert "process.binding" not in glue
    source = json.dumps(glue)
    assert run_in_node(f"new (require('vm').Script)({source});console.log(true)", tmp_path) is True


def test_a_module_that_waits_for_its_own_address_is_refused() -> None:
    own = Import("GOT.func", "l_unused", Kind.GLOBAL, b"\x7f\x01")
    with pytest.raises(UnexpectedPackageError, match="waits for its own l_unused"):
        slim(fake.GLUE, fake.module(imports=(own,)), fake.SHAPE)


def test_glue_that_assigns_exports_in_another_way_is_refused() -> None:
    other = fake.GLUE.replace("_l_used=wasmExports", "_l_used=other()+wasmExports")
    with pytest.raises(UnexpectedPackageError, match="unknown way"):
        read_glue(other, fewest_variables=3)


def test_a_segment_with_a_large_offset_is_written_with_its_sign_bit_clear() -> None:
    segment = wasm.ElementSegment(64, (1, 2))
    assert (
        Module((wasm.Section(SectionId.ELEMENT, encode_elements(segment)),)).elements() == segment
    )
