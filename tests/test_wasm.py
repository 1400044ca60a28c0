"""Reading and writing WebAssembly binaries."""

import pytest
from fake_lean_package import module
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.lean.embedded import wasm
from numina_lean.lean.embedded.wasm import (
    Cursor,
    Export,
    FunctionType,
    Kind,
    Module,
    SectionId,
    ValueType,
    WasmError,
)


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_unsigned_numbers_come_back(number: int) -> None:
    assert Cursor(wasm.unsigned(number)).unsigned() == number


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_signed_numbers_come_back(number: int) -> None:
    assert Cursor(wasm.signed(number)).signed() == number


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_signed_numbers_take_no_byte_too_many(number: int) -> None:
    encoded = wasm.signed(number)
    bits = (number if number >= 0 else ~number).bit_length() + 1
    assert len(encoded) == max(1, -(-bits // 7))


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (624485, b"\xe5\x8e\x26")],
)
def test_unsigned_encoding_is_that_of_the_standard(number: int, encoded: bytes) -> None:
    assert wasm.unsigned(number) == encoded


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(-1, b"\x7f"), (63, b"\x3f"), (64, b"\xc0\x00"), (-123456, b"\xc0\xbb\x78")],
)
def test_signed_encoding_is_that_of_the_standard(number: int, encoded: bytes) -> None:
    assert wasm.signed(number) == encoded


def test_padded_numbers_are_read_as_linkers_write_them() -> None:
    assert Cursor(b"\x81\x80\x80\x80\x00").unsigned() == 1
    assert Cursor(b"\xff\xff\xff\xff\x7f").signed() == -1


def test_a_negative_number_has_no_unsigned_encoding() -> None:
    with pytest.raises(WasmError, match="negative"):
        wasm.unsigned(-1)


@given(st.text())
def test_names_come_back(text: str) -> None:
    assert Cursor(wasm.name(text)).name() == text


def test_a_module_is_written_as_it_was_read() -> None:
    data = module()
    assert b"".join(Module.parse(data).chunks()) == data


def test_a_module_tells_its_parts() -> None:
    i32 = ValueType.I32
    parsed = Module.parse(module())
    assert parsed.types() == (FunctionType((i32,), (i32,)), FunctionType((i32, i32), (i32,)))
    assert [(i.name, i.kind, i.type_index) for i in parsed.imports()] == [
        ("invoke_ii", Kind.FUNCTION, 1)
    ]
    assert parsed.exports()[1] == Export("l_unused", Kind.FUNCTION, 2)
    assert [(g.mutable, g.constant) for g in parsed.globals()] == [(False, 1024), (True, 5)]
    assert parsed.elements() == wasm.ElementSegment(1, (2,))


IMPORTS = (
    wasm.Import("env", "function", Kind.FUNCTION, wasm.unsigned(300)),
    wasm.Import("env", "table", Kind.TABLE, wasm.encode_table(7)),
    wasm.Import("env", "bounded table", Kind.TABLE, b"\x70\x01\x07\x80\x01"),
    wasm.Import("env", "memory", Kind.MEMORY, b"\x03\x80\x02\x80\x80\x02"),
    wasm.Import("env", "global", Kind.GLOBAL, b"\x7f\x01"),
    wasm.Import("env", "tag", Kind.TAG, b"\x00\x05"),
)


def test_every_kind_of_import_comes_back() -> None:
    payload = wasm.vector(map(wasm.encode_import, IMPORTS))
    parsed = Module((wasm.Section(SectionId.IMPORT, payload),))
    assert parsed.imports() == IMPORTS


def test_only_a_function_has_a_type_index() -> None:
    with pytest.raises(WasmError, match=r"env\.global"):
        _ = IMPORTS[4].type_index


@pytest.mark.parametrize("data", [b"", b"\0asm", b"\0asm\x02\0\0\0", b"#!/bin/sh\n", b"\0" * 64])
def test_what_is_no_module_is_refused(data: bytes) -> None:
    with pytest.raises(WasmError, match="not a WebAssembly module"):
        Module.parse(data)


def test_a_module_cut_short_is_refused() -> None:
    data = module()
    with pytest.raises(WasmError, match="announced"):
        Module.parse(data[:-1])
    with pytest.raises(WasmError, match="ends within"):
        Cursor(b"\x80").unsigned()


def test_a_missing_section_is_named() -> None:
    with pytest.raises(WasmError, match="no export section"):
        Module.parse(wasm.MAGIC).exports()


def test_an_element_section_of_another_form_is_refused() -> None:
    passive = wasm.Section(SectionId.ELEMENT, b"\x01\x01\x00\x01\x02")
    with pytest.raises(WasmError, match="element section"):
        Module((passive,)).elements()


def test_left_over_bytes_after_the_elements_are_refused() -> None:
    payload = wasm.encode_elements(wasm.ElementSegment(1, (2,))) + b"\x00"
    with pytest.raises(WasmError, match="left over"):
        Module((wasm.Section(SectionId.ELEMENT, payload),)).elements()
