"""The `invoke_*` functions of emscripten, as a native WebAssembly module.

C++ code compiled for JavaScript exceptions calls whatever may throw through an imported
`invoke_<signature>`: a JavaScript function that calls a table slot within `try` and, when it
catches a C++ exception, restores the stack pointer and sets a flag that the caller looks at.
Lean makes such calls constantly, and each crosses into JavaScript and back.

The module built here does the same with WebAssembly's own exception handling, so that the way
without an exception never leaves WebAssembly. What it must know of an exception that it caught
is whether C++ threw it: the glue sets the global `thrown` where it throws for C++, and nowhere
else. Each call clears it first, so that a flag left behind by an exception that escaped to the
host is not taken for one of C++ later. No other code runs between throw and catch.
"""

from collections.abc import Sequence

from numina_lean.lean.embedded import wasm
from numina_lean.lean.embedded.wasm import FunctionType, Kind, SectionId, ValueType

CALLEES, STACK_POINTER_READER = 0, 1
"""Tables: Lean's own; and one with a single slot, for `emscripten_stack_get_current`."""
THROWN = 0
"""The global."""
FAIL = 0
"""The first imported function; the JavaScript versions follow, then the functions built here."""

_READ_STACK_POINTER = FunctionType((), (ValueType.I32,))
_FAIL = FunctionType((ValueType.I32,), ())
_EMPTY_BLOCK = 0x40

LOCAL_GET, LOCAL_SET = b"\x20", b"\x21"
GLOBAL_GET, GLOBAL_SET = b"\x23", b"\x24"
TABLE_GET, REF_TEST = b"\x25", b"\xfb\x14"
I32_CONST_0, I32_EQZ = b"\x41\x00", b"\x45"
CALL, CALL_INDIRECT, RETURN = b"\x10", b"\x11", b"\x0f"
IF, TRY, CATCH_ALL, RETHROW, END = b"\x04", b"\x06", b"\x19", b"\x09", b"\x0b"
_ZERO = {
    ValueType.I32: I32_CONST_0,
    ValueType.I64: b"\x42\x00",
    ValueType.F32: b"\x43" + bytes(4),
    ValueType.F64: b"\x44" + bytes(8),
}


def build_trampolines(signatures: Sequence[tuple[str, FunctionType]], table_slots: int) -> bytes:
    """A module that exports a function for each `(name, type)`; the first parameter is the slot.

    It imports `e.fail` (takes the stack pointer to go back to), `e.thrown` (mutable i32),
    `e.callees` (a table of at least `table_slots`), `e.stack` (a table of one slot), and from
    `j` the JavaScript version of each function.
    """
    types = [_READ_STACK_POINTER, _FAIL]
    imports = [
        wasm.Import("e", "fail", Kind.FUNCTION, wasm.unsigned(types.index(_FAIL))),
        wasm.Import("e", "callees", Kind.TABLE, wasm.encode_table(table_slots)),
        wasm.Import("e", "stack", Kind.TABLE, wasm.encode_table(1)),
        wasm.Import("e", "thrown", Kind.GLOBAL, bytes([ValueType.I32, 1])),
    ]
    functions, exports, bodies = [], [], []
    for position, (name, type_) in enumerate(signatures):
        callee = FunctionType(type_.parameters[1:], type_.results)
        for needed in (type_, callee):
            if needed not in types:
                types.append(needed)
        index = wasm.unsigned(types.index(type_))
        imports.append(wasm.Import("j", name, Kind.FUNCTION, index))
        functions.append(index)
        first = FAIL + 1 + len(signatures)
        exports.append(wasm.Export(name, Kind.FUNCTION, first + position))
        bodies.append(_body(callee, types.index(callee), FAIL + 1 + position))
    sections = {
        SectionId.TYPE: map(wasm.encode_type, types),
        SectionId.IMPORT: map(wasm.encode_import, imports),
        SectionId.FUNCTION: functions,
        SectionId.EXPORT: map(wasm.encode_export, exports),
        SectionId.CODE: bodies,
    }
    module = wasm.Module(
        tuple(wasm.Section(id_, wasm.vector(items)) for id_, items in sections.items())
    )
    return b"".join(module.chunks())


def _body(callee: FunctionType, callee_index: int, javascript: int) -> bytes:
    """The code of one trampoline. Local 0 is the slot, then the arguments, then a stack pointer."""
    arguments = range(1, 1 + len(callee.parameters))
    stack_pointer = wasm.unsigned(1 + len(callee.parameters))
    result = callee.results[0] if callee.results else None
    code = [
        # A slot with another signature traps when called here; JavaScript would convert.
        *(LOCAL_GET, b"\x00", TABLE_GET, wasm.unsigned(CALLEES)),
        *(REF_TEST, wasm.signed(callee_index), I32_EQZ),
        *(IF, bytes([_EMPTY_BLOCK]), LOCAL_GET, b"\x00", *_locals(arguments)),
        *(CALL, wasm.unsigned(javascript), RETURN, END),
        *(I32_CONST_0, CALL_INDIRECT, b"\x00", wasm.unsigned(STACK_POINTER_READER)),
        *(LOCAL_SET, stack_pointer),
        *(I32_CONST_0, GLOBAL_SET, wasm.unsigned(THROWN)),
        *(TRY, bytes([result or _EMPTY_BLOCK])),
        *(*_locals(arguments), LOCAL_GET, b"\x00"),
        *(CALL_INDIRECT, wasm.unsigned(callee_index), wasm.unsigned(CALLEES)),
        CATCH_ALL,
        *(GLOBAL_GET, wasm.unsigned(THROWN), I32_EQZ, IF, bytes([_EMPTY_BLOCK])),
        *(RETHROW, b"\x01", END),
        *(I32_CONST_0, GLOBAL_SET, wasm.unsigned(THROWN)),
        *(LOCAL_GET, stack_pointer, CALL, wasm.unsigned(FAIL)),
        *([_ZERO[result]] if result else []),
        *(END, END),
    ]
    one_local = b"\x01\x01" + bytes([ValueType.I32])
    body = one_local + b"".join(code)
    return wasm.unsigned(len(body)) + body


def _locals(indices: range) -> list[bytes]:
    return [LOCAL_GET + wasm.unsigned(index) for index in indices]
