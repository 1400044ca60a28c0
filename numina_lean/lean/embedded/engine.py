"""The embedded engine: Lean 4.28.0-pre, its core library, no mathlib; runs where Node runs."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from numina_lean.errors import EngineUnavailableError
from numina_lean.lean.embedded.images import Images
from numina_lean.lean.embedded.install import Installation
from numina_lean.lean.embedded.manifest import MANIFEST
from numina_lean.lean.embedded.session import SERVER, EmbeddedSession, Image
from numina_lean.lean.engine import CheckTimeoutError, SessionCrashedError
from numina_lean.lean.report import LeanInfo
from numina_lean.lean.source import Header, is_blank, split_header

LEAN_VERSION = "4.28.0-pre"
LEAN_BUILD = "4.28.0, commit 38f3c0c45b8df6da2652faff6dcaa15afb5a6981"
"""What the package's Lean says of itself; anything else is not the Lean we pinned."""

DEFAULT_IMPORT = "Init"
_MODULE_NAME = re.compile(r"[^\W\d][\w'!?]*(\.[^\W\d][\w'!?]*)*")


class EmbeddedEngine:
    """See `numina_lean.lean.engine.Engine`.

    `project` is a folder of Lean source modules (ours: `lean_project/`) that a header may import
    beside the library; they are elaborated from source when a session starts. The memory of one
    that did so serves those that follow: `eager` says that the first session of a header leaves it
    already, not the second.
    """

    def __init__(
        self, installation: Installation, project: Path | None = None, *, eager: bool = True
    ) -> None:
        self.installation = installation
        self._eager = eager
        self._project = project
        self._images = Images(installation.root.parent / "images", _stamp(installation))
        self._starts: Counter[str] = Counter()
        self._lean = LeanInfo("embedded", LEAN_VERSION, None)

    @property
    def lean(self) -> LeanInfo:
        return self._lean

    @property
    def judges(self) -> bool:
        return True

    def missing_modules(self, header: Header) -> tuple[str, ...]:
        missing: list[str] = []
        self._visit(header.imports, set(), [], missing)
        return tuple(missing)

    def modules_digest(self, header: Header) -> str:
        sources: list[tuple[str, str]] = []
        self._visit(header.imports, set(), sources, [])
        return hashlib.sha256(json.dumps(sources).encode()).hexdigest() if sources else ""

    def start(self, header: Header) -> EmbeddedSession:
        imports: list[str] = [DEFAULT_IMPORT]
        sources: list[tuple[str, str]] = []
        seen: set[str] = {DEFAULT_IMPORT}
        missing: list[str] = []
        self._visit(header.imports, seen, sources, missing, imports)
        if missing:
            raise EngineUnavailableError(
                f"the embedded Lean has no module {missing[0]}: use --engine native"
            )
        request: dict[str, Any] = {
            "imports": imports,
            "modules": [{"name": name, "source": source} for name, source in sources],
            "preamble": header.preamble,
        }
        session = self._started(header, request, self._images.key(imports, sources))
        if session.lean_version != LEAN_BUILD:
            session.close()
            raise EngineUnavailableError(
                f"the embedded Lean says it is {session.lean_version}, not {LEAN_BUILD}: "
                "run numina-lean setup --engine embedded"
            )
        return session

    def _started(self, header: Header, request: dict[str, Any], key: str) -> EmbeddedSession:
        """From an image if there is one; otherwise one may be made for those to come.

        Of imports alone only at the second start even then, for they load in half the time, and a
        batch may have many.
        """
        with self._images.opened(key) as descriptor:
            if descriptor is not None:
                try:
                    return self._session(header, request, Image(descriptor, "use"))
                except (SessionCrashedError, CheckTimeoutError):
                    self._images.drop(key)  # not what the server writes
        self._starts[key] += 1
        if self._starts[key] == 1 and not (self._eager and request["modules"]):
            return self._session(header, request)
        with self._images.taking(key) as taking:
            if taking is None:
                return self._session(header, request)
            session = self._session(header, request, Image(taking.descriptor, "take"))
            taking.whole = session.image_taken
            return session

    def _session(
        self, header: Header, request: dict[str, Any], image: Image | None = None
    ) -> EmbeddedSession:
        return EmbeddedSession(self.installation, header, request, image)

    def _visit(
        self,
        modules: tuple[str, ...],
        seen: set[str],
        sources: list[tuple[str, str]],
        missing: list[str],
        library: list[str] | None = None,
    ) -> None:
        """Resolve `modules`, dependencies first: into `sources` (ours), `library`, `missing`."""
        for module in modules:
            if module in seen:
                continue
            seen.add(module)
            source = self._project_source(module)
            if source is not None:
                header, body = split_header(source)
                self._visit(header.imports, seen, sources, missing, library)
                # After a header, Lean's parser takes no blank text for the end of the file.
                sources.append((module, "" if is_blank(body) else body))
            elif not self._in_library(module):
                missing.append(module)
            elif library is not None:
                library.append(module)

    def _project_source(self, module: str) -> str | None:
        if self._project is None or not _MODULE_NAME.fullmatch(module):
            return None
        path = self._project.joinpath(*module.split("."))
        path = path.with_name(f"{path.name}.lean")
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def _in_library(self, module: str) -> bool:
        if not _MODULE_NAME.fullmatch(module):
            return False
        path = self.installation.library.joinpath(*module.split("."))
        return path.with_name(f"{path.name}.olean").is_file()


def _stamp(installation: Installation) -> str:
    """What an image depends on beside its header: the package, and the server that reads it."""
    digest = hashlib.sha256()
    for path in (installation.root / MANIFEST, *sorted(SERVER.glob("*.cjs"))):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()
