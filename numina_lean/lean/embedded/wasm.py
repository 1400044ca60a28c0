"""WebAssembly binaries: what the slimming of the embedded Lean has to read and to write.

Covers the section frame, function types, imports, exports, globals with a constant initialiser,
and the plain active element segment. Code, data and custom sections are carried along unread.
Format: https://webassembly.github.io/spec/core/binary/
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

MAGIC = b"\0asm\x01\0\0\0"


class WasmError(ValueError):
    """The bytes are not a WebAssembly module, or use a form that this module does not read."""


class SectionId(IntEnum):
    TYPE = 1
    IMPORT = 2
    FUNCTION = 3
    TABLE = 4
    GLOBAL = 6
    EXPORT = 7
    ELEMENT = 9
    CODE = 10


class Kind(IntEnum):
    """What an import or an export is."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3
    TAG = 4


class ValueType(IntEnum):
    I32 = 0x7F
    I64 = 0x7E
    F32 = 0x7D
    F64 = 0x7C
    V128 = 0x7B
    FUNCREF = 0x70
    EXTERNREF = 0x6F


END = 0x0B
I32_CONST = 0x41
_INITIALISERS = {0x41: "i32.const", 0x42: "i64.const", 0x23: "global.get"}
_FUNCTION_TYPE = 0x60
_HAS_MAXIMUM = 0x01


class FunctionType(NamedTuple):
    parameters: tuple[ValueType, ...]
    results: tuple[ValueType, ...]


class Import(NamedTuple):
    """`description` is the encoded type of what is imported; of a function, its type index."""

    module: str
    name: str
    kind: Kind
    description: bytes

    @property
    def type_index(self) -> int:
        """The type of an imported function."""
        if self.kind is not Kind.FUNCTION:
            raise WasmError(f"{self.module}.{self.name} is imported, but not as a function")
        return Cursor(self.description).unsigned()


class Export(NamedTuple):
    """`item` is the index of the function, table, … within its index space."""

    name: str
    kind: Kind
    item: int


class Global(NamedTuple):
    """`constant` is the initial value of an `i32.const` global, None for any other initialiser."""

    type: int
    mutable: bool
    constant: int | None


@dataclass(frozen=True, slots=True)
class ElementSegment:
    """Functions that are put into table 0 from slot `offset` on."""

    offset: int
    functions: tuple[int, ...]


def unsigned(value: int) -> bytes:
    """Unsigned LEB128."""
    if value < 0:
        raise WasmError(f"{value} is negative")
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def signed(value: int) -> bytes:
    """Signed LEB128."""
    encoded = bytearray()
    while not -0x40 <= value < 0x40:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value & 0x7F)
    return bytes(encoded)


def vector(items: Iterable[bytes]) -> bytes:
    """The items' encodings, preceded by their number."""
    encoded = list(items)
    return unsigned(len(encoded)) + b"".join(encoded)


def name(text: str) -> bytes:
    encoded = text.encode()
    return unsigned(len(encoded)) + encoded


def encode_type(type_: FunctionType) -> bytes:
    parameters, results = (vector(bytes([v]) for v in values) for values in type_)
    return bytes([_FUNCTION_TYPE]) + parameters + results


def encode_import(import_: Import) -> bytes:
    return name(import_.module) + name(import_.name) + bytes([import_.kind]) + import_.description


def encode_export(export: Export) -> bytes:
    return name(export.name) + bytes([export.kind]) + unsigned(export.item)


def encode_elements(segment: ElementSegment) -> bytes:
    """The payload of an element section that holds `segment` alone."""
    offset = bytes([I32_CONST]) + signed(segment.offset) + bytes([END])
    return b"\x01\x00" + offset + vector(map(unsigned, segment.functions))


def encode_table(minimum: int) -> bytes:
    """The description of a table of function references without an upper bound."""
    return bytes([ValueType.FUNCREF, 0x00]) + unsigned(minimum)


class Cursor:
    """Reads one value after the other. Every method raises `WasmError` at a premature end."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = data
        self.position = 0

    @property
    def at_end(self) -> bool:
        return self.position >= len(self._data)

    def byte(self) -> int:
        try:
            value = self._data[self.position]
        except IndexError:
            raise WasmError(f"ends within a value, at byte {self.position}") from None
        self.position += 1
        return value

    def take(self, size: int) -> memoryview:
        end = self.position + size
        if end > len(self._data):
            raise WasmError(f"{size} bytes announced at byte {self.position}, fewer are there")
        taken = memoryview(self._data)[self.position : end]
        self.position = end
        return taken

    def unsigned(self) -> int:
        value = shift = 0
        while (byte := self.byte()) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def signed(self) -> int:
        start = self.position
        value = self.unsigned()
        bits = 7 * (self.position - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def name(self) -> str:
        return str(self.take(self.unsigned()), "utf-8")

    def expect(self, expected: bytes, what: str) -> None:
        if bytes(self.take(len(expected))) != expected:
            raise WasmError(f"{what} is in a form that is not read here")


@dataclass(frozen=True, slots=True)
class Section:
    """`payload` is what follows the section's id and size."""

    id: int
    payload: memoryview | bytes

    def header(self) -> bytes:
        return bytes([self.id]) + unsigned(len(self.payload))


@dataclass(frozen=True, slots=True)
class Module:
    sections: tuple[Section, ...]

    @classmethod
    def parse(cls, data: bytes | memoryview) -> "Module":
        """Find the sections; their payloads are views into `data`. Raises `WasmError`."""
        if bytes(data[: len(MAGIC)]) != MAGIC:
            raise WasmError("not a WebAssembly module of version 1")
        cursor = Cursor(memoryview(data)[len(MAGIC) :])
        sections = []
        while not cursor.at_end:
            id_ = cursor.byte()
            sections.append(Section(id_, cursor.take(cursor.unsigned())))
        return cls(tuple(sections))

    def chunks(self) -> Iterator[bytes | memoryview]:
        """The module's bytes, in pieces that need not be joined to be written."""
        yield MAGIC
        for section in self.sections:
            yield section.header()
            yield section.payload

    def payload(self, id_: SectionId) -> memoryview:
        """The payload of the one section `id_`. Raises `WasmError` if there is none."""
        for section in self.sections:
            if section.id == id_:
                return memoryview(section.payload)
        raise WasmError(f"no {id_.name.lower()} section")

    def types(self) -> tuple[FunctionType, ...]:
        cursor = Cursor(self.payload(SectionId.TYPE))
        return tuple(_read_type(cursor) for _ in range(cursor.unsigned()))

    def imports(self) -> tuple[Import, ...]:
        cursor = Cursor(self.payload(SectionId.IMPORT))
        return tuple(_read_import(cursor) for _ in range(cursor.unsigned()))

    def exports(self) -> tuple[Export, ...]:
        cursor = Cursor(self.payload(SectionId.EXPORT))
        return tuple(
            Export(cursor.name(), Kind(cursor.byte()), cursor.unsigned())
            for _ in range(cursor.unsigned())
        )

    def globals(self) -> tuple[Global, ...]:
        cursor = Cursor(self.payload(SectionId.GLOBAL))
        return tuple(_read_global(cursor) for _ in range(cursor.unsigned()))

    def elements(self) -> ElementSegment:
        """The one active segment for table 0 that a linker writes. Raises `WasmError`."""
        cursor = Cursor(self.payload(SectionId.ELEMENT))
        cursor.expect(bytes([1, 0, I32_CONST]), "the element section")
        offset = cursor.signed()
        cursor.expect(bytes([END]), "the element section")
        functions = tuple(cursor.unsigned() for _ in range(cursor.unsigned()))
        if not cursor.at_end:
            raise WasmError("bytes are left over after the element section")
        return ElementSegment(offset, functions)


def _read_type(cursor: Cursor) -> FunctionType:
    cursor.expect(bytes([_FUNCTION_TYPE]), "a type")
    parameters = tuple(map(ValueType, cursor.take(cursor.unsigned())))
    return FunctionType(parameters, tuple(map(ValueType, cursor.take(cursor.unsigned()))))


def _read_import(cursor: Cursor) -> Import:
    module, item, kind = cursor.name(), cursor.name(), Kind(cursor.byte())
    start = cursor.position
    if kind is Kind.FUNCTION:
        cursor.unsigned()
    elif kind is Kind.GLOBAL:
        cursor.take(2)
    elif kind is Kind.TAG:
        cursor.byte()
        cursor.unsigned()
    else:
        if kind is Kind.TABLE:
            cursor.byte()
        flags = cursor.byte()
        cursor.unsigned()
        if flags & _HAS_MAXIMUM:
            cursor.unsigned()
    size, cursor.position = cursor.position - start, start
    return Import(module, item, kind, bytes(cursor.take(size)))


def _read_global(cursor: Cursor) -> Global:
    type_, mutable, opcode = cursor.byte(), cursor.byte(), cursor.byte()
    if opcode not in _INITIALISERS:
        raise WasmError(f"a global is initialised by instruction {opcode:#x}")
    value = cursor.signed()
    cursor.expect(bytes([END]), "the initialiser of a global")
    return Global(type_, bool(mutable), value if opcode == I32_CONST else None)
