"""The folder that `build papers` fills: papers read, page by page, and what was cut out of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

from numina_lean import __version__
from numina_lean.corpus.files import write_text_atomically
from numina_lean.corpus.journal import Journal
from numina_lean.corpus.run_folder import RunFolder
from numina_lean.errors import InputError
from numina_lean.papers.choose import is_paper
from numina_lean.papers.document import IMAGE_ENDINGS
from numina_lean.papers.paper import Paper, UnreadablePaperError
from numina_lean.papers.pattern import Patterns
from numina_lean.papers.review import Review, review_of, settle
from numina_lean.papers.segmentation import segment

SEGMENTS, REVIEW, MANIFEST = "segments.jsonl", "review.jsonl", "manifest.json"
_LIBRARIES = ("pypdfium2", "rapidocr", "onnxruntime")
_NAME = 60

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """`sha256`: of the file, or of the images in the folder; `key`: what its pages are called."""

    path: Path
    sha256: str

    @property
    def key(self) -> str:
        stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in self.path.stem)
        place = hashlib.sha256(str(self.path).encode(errors="surrogateescape")).hexdigest()[:8]
        return f"{stem[:_NAME] or 'paper'}-{place}"


def sources(inputs: Iterable[Path]) -> Iterator[Source]:
    """The papers that the inputs name, in order, each once. Raises `InputError`."""
    seen: set[Path] = set()
    for path in inputs:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        found = list(_papers_in(path)) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path}: holds no PDF file and no image")
        for paper in found:
            if paper not in seen:
                seen.add(paper)
                yield Source(paper, _digest(paper))


def _papers_in(folder: Path) -> Iterator[Path]:
    """PDF files at any depth; each folder with images but no PDF file is one paper."""
    for place in [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]:
        files = sorted(file for file in place.iterdir() if file.is_file() and is_paper(file))
        documents = [file for file in files if file.suffix.lower() == ".pdf"]
        if documents:
            yield from documents
        elif files:
            yield place


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_ENDINGS)
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


class PapersFolder:
    """A context manager that holds the folder. What `add` was given survives a kill."""

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self._settings = dict(settings)
        self._folder = RunFolder(path, settings, "run of build papers")
        self._path = path

    def __enter__(self) -> "PapersFolder":
        self._folder.__enter__()
        self._journal = Journal(self._folder.state / "papers.jsonl")
        self._decisions = Journal(self._folder.state / "decisions.jsonl")
        self._done: dict[str, Fields] = {str(row["key"]): row for row in self._journal.scan()}
        self._decided = {row["id"]: row for row in self._decisions.scan()}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal.close()
        self._decisions.close()
        self._folder.__exit__(kind, error, trace)

    def has(self, source: Source) -> bool:
        """Whether this very paper is done."""
        return self._done.get(source.key, {}).get("sha256") == source.sha256

    def images_of(self, source: Source) -> Path:
        return self._path / "images" / source.key

    def decide(self, decisions: Mapping[str, Review]) -> None:
        """Take what a reviewer settled; it holds for later runs too."""
        rows = [review.fields() for review in decisions.values() if review.decision is not None]
        self._decisions.append(rows)
        self._decided |= {row["id"]: row for row in rows}

    def add(self, source: Source, paper: Paper, patterns: Patterns | None) -> None:
        """Keep the pages of a paper that was read, and what `segment` makes of it."""
        for page in paper.pages:
            text = _referring(page.markdown, page.images, f"../images/{source.key}")
            name = f"{source.key}-{page.number:04d}.md"
            write_text_atomically(self._path / "pages" / name, _sayable(text))
        place = f"images/{source.key}"
        whole = replace(
            paper,
            pages=tuple(
                replace(page, markdown=_referring(page.markdown, page.images, place))
                for page in paper.pages
            ),
        )
        made = segment(whole, patterns)
        pages = [
            {"number": page.number, "how": page.how, "confidence": round(page.confidence, 4)}
            for page in paper.pages
        ]
        self._keep(source, pages=pages, patterns=made.patterns, unreadable=None,
                   segments=[asdict(one) for one in made.segments],
                   review=[one.fields() for one in made.review])  # fmt: skip

    def add_unreadable(self, source: Source, error: UnreadablePaperError) -> None:
        """Keep that a paper cannot be read. A later run tries again where that may help."""
        detail = f"{error.reason}: {error.detail}"
        row = Review.of_text("unreadable", detail, 0, str(source.path)).fields()
        self._keep(source, pages=[], patterns="", unreadable=detail, segments=[], review=[row])

    def _keep(self, source: Source, **fields: object) -> None:
        row = {"key": source.key, "paper": str(source.path), "sha256": source.sha256} | fields
        self._journal.append([row])
        self._done[source.key] = row

    def finish(self) -> dict[str, int]:
        """Write the results of all papers that the folder has, and the counts of them.

        Papers of earlier runs with other inputs stay. Unreadable papers are forgotten by the
        journal, so that a later run tries them again.
        """
        segments, queue = [], []
        for row in self._done.values():
            origin = {"paper": row["paper"], "source": self._settings["source"]}
            segments += [one | origin for one in row["segments"]]
            reviews = [review_of(one) for one in row["review"]]
            decided = {
                one.id: review_of(self._decided[one.id])
                for one in reviews
                if one.id in self._decided
            }
            settled = settle(reviews, decided)
            segments += [asdict(one) | origin for one in settled.segments]
            queue += [one.fields() | origin for one in settled.open]
        _write_rows(self._path / SEGMENTS, segments)
        _write_rows(self._path / REVIEW, queue)
        counts = self._counts(segments, queue)
        manifest = {
            "settings": self._settings,
            "versions": {"numina-lean": __version__} | _versions(),
            "counts": counts,
            "papers": [
                {key: row[key] for key in ("paper", "sha256", "patterns", "unreadable", "pages")}
                | {"segments": len(row["segments"]), "review": len(row["review"])}
                for row in self._done.values()
            ],
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        write_text_atomically(self._path / MANIFEST, _sayable(f"{text}\n"))
        self._journal.replace(row for row in self._done.values() if row["unreadable"] is None)
        return counts

    def _counts(self, segments: list[Fields], queue: list[Fields]) -> dict[str, int]:
        return {
            "papers": len(self._done),
            "unreadable": sum(row["unreadable"] is not None for row in self._done.values()),
            "pages": sum(len(row["pages"]) for row in self._done.values()),
            "segments": len(segments),
            "with_solution": sum(row["solution"] is not None for row in segments),
            "with_answer": sum(row["answer"] is not None for row in segments),
            "review": len(queue),
        }


def _referring(markdown: str, images: Iterable[str], folder: str) -> str:
    for name in images:
        markdown = markdown.replace(f"]({name})", f"]({folder}/{name})")
    return markdown


def _write_rows(path: Path, rows: Iterable[Fields]) -> None:
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    write_text_atomically(path, _sayable(text))


def _sayable(text: str) -> str:
    """The text as UTF-8 can say it: broken fonts give lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _versions() -> dict[str, str]:
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
