"""`lean.js`, the JavaScript that emscripten wrote around Lean: read, cut and patched.

Of its 89 MB all but 0.7 MB are three lists of the module's 200,000 exports: the variables, their
assignments, and the exports' names as the engine's property keys. What is left never mentions
most of them.
"""

import base64
import re
from dataclasses import dataclass
from typing import NamedTuple

from numina_lean.lean.embedded.package import UnexpectedPackageError

_ASSIGN_START = "function assignWasmExports(wasmExports){"
_ASSIGNMENT = re.compile(
    r'(?P<targets>(?:(?:[\w$]+|Module\["[^"]*"\])=)+)'
    r'wasmExports\["(?P<export>[^"]*)"\](?:\.value)?(?:;|$)'
)
_VARIABLE = re.compile(r"(?<![\w$\"])[A-Za-z_$][\w$]*(?==)")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_EXPORT_VARIABLES = re.compile(r"var (?:[A-Za-z_$][\w$]*,){%d,}[A-Za-z_$][\w$]*;")
_FEWEST_EXPORT_VARIABLES = 10_000
"""The list of export variables is told from the glue's other `var` statements by its length."""
_SPARE_SLOTS = 400
"""Room in the glue's copy of the table for functions that it adds while running."""


class Assignment(NamedTuple):
    """`variable = … = Module["property"] = wasmExports["export"];`"""

    variables: tuple[str, ...]
    export: str
    text: str


@dataclass(frozen=True, slots=True)
class Glue:
    """The glue without its lists, which stood between `head` and `middle` and before `tail`."""

    head: str
    middle: str
    tail: str
    used: tuple[Assignment, ...]
    """The exports that the rest of the glue names. It reaches no export in any other way."""

    @property
    def exports(self) -> frozenset[str]:
        return frozenset(assignment.export for assignment in self.used)


def read_glue(text: str, fewest_variables: int = _FEWEST_EXPORT_VARIABLES) -> Glue:
    """Split the glue. Raises `UnexpectedPackageError` where it is not built as expected."""
    start = _find_once(text, _ASSIGN_START)
    end = text.find("}", start)
    body = text[start + len(_ASSIGN_START) : end]
    variables = re.compile(_EXPORT_VARIABLES.pattern % fewest_variables).search(text, 0, start)
    if end < 0 or variables is None:
        raise UnexpectedPackageError("lean.js has no list of export variables")
    matches = list(_ASSIGNMENT.finditer(body))
    if sum(len(match[0]) for match in matches) != len(body):
        raise UnexpectedPackageError("lean.js assigns its exports in an unknown way")
    head, middle, tail = text[: variables.start()], text[variables.end() : start], text[end:]
    named = {word for part in (head, middle, tail) for word in _IDENTIFIER.findall(part)}
    assignments = (
        Assignment(tuple(_VARIABLE.findall(match["targets"])), match["export"], match[0])
        for match in matches
    )
    used = tuple(a for a in assignments if not named.isdisjoint(a.variables))
    return Glue(head, middle, tail, used)


def write_glue(glue: Glue, table_slots: int, trampolines: bytes) -> str:
    """The glue with its short lists and the patches. Raises `UnexpectedPackageError`."""
    variables = ",".join(dict.fromkeys(v for a in glue.used for v in a.variables))
    assignments = "".join(f"{a.text.rstrip(';')};" for a in glue.used)
    text = f"{glue.head}var {variables};{glue.middle}{_ASSIGN_START}{assignments}{glue.tail}"
    for old, new in _patches(table_slots, trampolines):
        at = _find_once(text, old)
        text = text[:at] + new + text[at + len(old) :]
    # C++ throws from three places, longjmp from one; the trampolines must know (see there).
    for thrown, times in (("exceptionLast", 3), ("Infinity", 1)):
        if text.count(f"throw {thrown}") != times:
            raise UnexpectedPackageError(f"lean.js throws {thrown} not just {times} times")
        text = text.replace(f"throw {thrown}", f"throw (cppThrown.value=1,{thrown})")
    return text


def _find_once(text: str, part: str) -> int:
    at = text.find(part)
    if at < 0 or text.find(part, at + 1) >= 0:
        raise UnexpectedPackageError(f"lean.js has not exactly one {part[:60]!r}")
    return at


STATIC_SYM = """\
var symTab=null;var staticSym=name=>{\
if(!symTab){var buf=fs.readFileSync(scriptDirectory+"syms.bin");var n=buf.readUInt32LE(0);\
symTab={n:n,buf:buf,off:new Uint32Array(buf.buffer,buf.byteOffset+4,n+1),\
val:new Uint32Array(buf.buffer,buf.byteOffset+8+4*n,n),base:8+8*n}}\
var key=Buffer.from(name),lo=0,hi=symTab.n-1;\
while(lo<=hi){var mid=lo+hi>>>1;\
var from=symTab.base+symTab.off[mid],to=symTab.base+symTab.off[mid+1];\
var c=symTab.buf.compare(key,0,key.length,from,to);\
if(c==0)return symTab.val[mid];if(c<0)lo=mid+1;else hi=mid-1}return 0};"""
"""JavaScript: `staticSym(name)` searches syms.bin (see symbols.py); 0 when it is not there."""

# Makes the table, before Lean's module is there to make it, and the trampolines around it.
_INSTALL_TRAMPOLINES = """\
var cppThrown=new WebAssembly.Global({{value:"i32",mutable:true}},0);var stackReader;\
function installTrampolines(){{\
var callees=new WebAssembly.Table({{element:"anyfunc",initial:{table_slots}}});\
stackReader=new WebAssembly.Table({{element:"anyfunc",initial:1}});\
var module=new WebAssembly.Module(Buffer.from("{module}","base64"));\
var fail=sp=>{{stackRestore(sp);_setThrew(1,0)}};\
var instance=new WebAssembly.Instance(module,\
{{e:{{fail,callees,stack:stackReader,thrown:cppThrown}},j:Object.assign({{}},wasmImports)}});\
Object.assign(wasmImports,instance.exports);wasmImports.__indirect_function_table=callees}}"""


def _patches(table_slots: int, trampolines: bytes) -> list[tuple[str, str]]:
    """What to put for what; each of the old texts occurs once."""
    install = _INSTALL_TRAMPOLINES.format(
        table_slots=table_slots, module=base64.b64encode(trampolines).decode()
    )
    find_symbol = "var lib=LDSO.loadedLibsByHandle[handle];"
    newly = "newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1"
    return [
        # dlsym listed all exports at each call; every symbol now has a slot or an address for good.
        (find_symbol + newly, f"var at=staticSym(symbol);if(at)return at;{find_symbol}{newly}"),
        ("var __dlsym_js=(handle", f"{STATIC_SYM}var __dlsym_js=(handle"),
        # Nothing is linked at run time, so no other module asks for the address of an export; the
        # main module's own requests name none of its exports (slim.py checks it).
        ("updateGOT(origExports);LDSO.init()", "LDSO.init()"),
        # The map from functions to slots serves to use a slot twice; without it one more is added.
        (
            "functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)",
            "functionsInTableMap=new WeakMap",
        ),
        # Each idle worker costs tens of megabytes.
        ("var pthreadPoolSize=4;", "var pthreadPoolSize=globalThis.LEAN_POOL??2;"),
        (
            "function getWasmImports(){assignWasmImports();",
            f"{install}function getWasmImports(){{assignWasmImports();installTrampolines();",
        ),
        (
            "LDSO.init();loadDylibs()",
            'stackReader.set(0,origExports["emscripten_stack_get_current"]);'
            "LDSO.init();loadDylibs()",
        ),
        # Without its full length from the start the array becomes a slow dictionary.
        (
            "var wasmTableMirror=[];",
            f"var wasmTableMirror=new Array({table_slots + _SPARE_SLOTS}).fill(null);",
        ),
        # Node's permission model forbids the old way to the same numbers.
        ('process.binding("constants")["fs"]', "fs.constants"),
    ]
