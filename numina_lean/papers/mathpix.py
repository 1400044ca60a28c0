"""The reader `mathpix`: the Mathpix API, v3/pdf (docs.mathpix.com): submit, poll, fetch.

Needs `MATHPIX_APP_ID` and `MATHPIX_APP_KEY`. `MATHPIX_URL` names another server than Mathpix's.
Formulas come as Mathpix writes them, in `$` as asked for; images are fetched and kept.
"""

import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.papers.document import check_size
from numina_lean.papers.paper import Page, Paper, UnreadablePaperError

URL = "https://api.mathpix.com"
_OPTIONS = {
    "math_inline_delimiters": ["$", "$"],
    "math_display_delimiters": ["$$", "$$"],
    "rm_spaces": True,
    "enable_tables_fallback": True,
}
_IMAGE = re.compile(
    r"!\[[^\]]*\]\((https?://[^)\s]+)\)|\\includegraphics(?:\[[^\]]*\])?\{([^}]+)\}"
)
_MOST_BYTES = 64 * 2**20
_RETRIES = 4


@dataclass(frozen=True, slots=True)
class Account:
    """The key that requests are made with, and the server that they go to."""

    app_id: str
    app_key: str
    url: str = URL


def account() -> Account:
    """The account in the environment. Raises `InputError` where there is none."""
    app_id, app_key = os.environ.get("MATHPIX_APP_ID"), os.environ.get("MATHPIX_APP_KEY")
    if not app_id or not app_key:
        raise InputError(
            "the reader mathpix needs a key. Set MATHPIX_APP_ID and MATHPIX_APP_KEY, or pass "
            "--reader auto"
        )
    return Account(app_id, app_key, os.environ.get("MATHPIX_URL", URL).rstrip("/"))


class MathpixReader:
    """Has Mathpix read whole files. `seconds`: most it may take for one; `pause`: between looks."""

    def __init__(
        self, account: Account, images: Path, seconds: float = 1800.0, pause: float = 2.0
    ) -> None:
        self._account = account
        self._images = images
        self._seconds = seconds
        self._pause = pause

    def read(self, path: Path) -> Paper:
        """The pages as Mathpix cuts them. Raises `UnreadablePaperError`."""
        if path.is_dir():
            raise UnreadablePaperError("not_a_paper", "mathpix reads a PDF or an image, no folder")
        check_size(path)
        started = self._json("POST", "/v3/pdf", *_form(path))
        identity = started.get("pdf_id")
        if not isinstance(identity, str):
            raise UnreadablePaperError("refused", f"mathpix: {_said(started)}")
        self._wait(identity)
        lines = self._json("GET", f"/v3/pdf/{identity}.lines.json")
        pages = lines.get("pages")
        if not isinstance(pages, list):
            raise UnreadablePaperError("refused", "mathpix: its lines.json has no pages")
        whole = self._request("GET", f"/v3/pdf/{identity}.mmd").decode("utf-8", "replace")
        return Paper(str(path), tuple(self._pages(whole, pages)))

    def _wait(self, identity: str) -> None:
        end = time.monotonic() + self._seconds
        while True:
            state = self._json("GET", f"/v3/pdf/{identity}")
            if state.get("status") == "completed":
                return
            if state.get("status") == "error":
                raise UnreadablePaperError("refused", f"mathpix: {_said(state)}")
            if time.monotonic() > end:
                raise UnreadablePaperError("timeout", f"mathpix took over {self._seconds:g} s")
            time.sleep(self._pause)

    def _pages(self, whole: str, pages: list[object]) -> list[Page]:
        """The text of each page from its lines; the whole as one page where these say less.

        Whole files read better across pages, pages say where a problem stands: the lines are
        taken, and the whole only checks that they miss nothing.
        """
        made = []
        for place, page in enumerate(pages, 1):
            lines = page.get("lines", []) if isinstance(page, dict) else []
            kept = [line for line in lines if isinstance(line, dict)]
            text = "".join(str(line.get("text", "")).rstrip("\n") + "\n" for line in kept)
            scores = [s for line in kept if isinstance(s := line.get("confidence"), int | float)]
            made.append((place, text, min(1.0, sum(scores) / len(scores)) if scores else 1.0))
        if sum(len(text) for _, text, _ in made) < 0.8 * len(whole):
            score = min((score for _, _, score in made), default=1.0)
            made = [(1, whole, score)]
        result = []
        for number, text, score in made:
            markdown, names = self._with_images_kept(text, number)
            result.append(Page(number, markdown, score, names, "mathpix"))
        return result

    def _with_images_kept(self, text: str, number: int) -> tuple[str, tuple[str, ...]]:
        names: list[str] = []

        def keep(match: re.Match[str]) -> str:
            url = match[1] or match[2]
            if not url.startswith(("http://", "https://")):
                return match[0]
            ending = Path(urllib.parse.urlparse(url).path).suffix[:5] or ".jpg"
            name = f"page-{number:04d}-{len(names) + 1}{ending}"
            self._images.mkdir(parents=True, exist_ok=True)
            (self._images / name).write_bytes(_fetched(urllib.request.Request(url)))
            names.append(name)
            return f"![]({name})"

        return _IMAGE.sub(keep, text), tuple(names)

    def _json(
        self, method: str, place: str, body: bytes | None = None, kind: str = ""
    ) -> dict[str, object]:
        try:
            answer = json.loads(self._request(method, place, body, kind))
        except ValueError as error:
            raise UnreadablePaperError("refused", f"mathpix: no JSON ({error})") from error
        if not isinstance(answer, dict):
            raise UnreadablePaperError("refused", "mathpix: the answer is no object")
        return answer

    def _request(self, method: str, place: str, body: bytes | None = None, kind: str = "") -> bytes:
        headers = {"app_id": self._account.app_id, "app_key": self._account.app_key}
        if kind:
            headers["Content-Type"] = kind
        url = f"{self._account.url}{place}"
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        return _fetched(request, self._pause)


def _fetched(request: urllib.request.Request, pause: float = 2.0) -> bytes:
    """The answer's body; busy servers are asked again. Raises `UnreadablePaperError`."""
    for attempt in range(_RETRIES):
        last = attempt == _RETRIES - 1
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                body: bytes = answer.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            if last or (error.code != 429 and error.code < 500):
                detail = error.read(300).decode("utf-8", "replace").strip()
                raise UnreadablePaperError("refused", f"HTTP {error.code} {detail}") from error
        except OSError as error:
            if last:
                raise UnreadablePaperError("refused", f"{request.host}: {error}") from error
        else:
            if len(body) > _MOST_BYTES:
                raise UnreadablePaperError("too_large", f"an answer over {_MOST_BYTES} bytes")
            return body
        time.sleep(pause * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


def _form(path: Path) -> tuple[bytes, str]:
    """The file and the options as a form of many parts (RFC 7578), with its content type."""
    edge = uuid.uuid4().hex
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="options_json"\r\n\r\n'
        f"{json.dumps(_OPTIONS)}\r\n"
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="paper{path.suffix}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def _said(answer: dict[str, object]) -> str:
    detail = answer.get("error_info") or answer.get("error") or answer
    return " ".join(str(detail).split())[:300]
