"""Papers that cannot be read end in one reason each; Mathpix is spoken to as its API says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from papers.contest import HERE
from typer.testing import CliRunner

from numina_lean.cli.build import build
from numina_lean.errors import InputError
from numina_lean.papers.guard import Limits, read_paper
from numina_lean.papers.mathpix import Account, MathpixReader, account
from numina_lean.papers.paper import UnreadablePaperError

pytest.importorskip("pypdfium2")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("cut.pdf", None, "broken"), ("text.pdf", b"hello", "broken"), ("empty.png", b"", "broken"),
     ("notes.txt", b"1. x", "not_a_paper")],
    ids=["cut", "text", "image", "notes"],
)  # fmt: skip
def test_what_is_no_paper_has_one_reason(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes((HERE / "chinese.pdf").read_bytes()[:3000] if content is None else content)
    with pytest.raises(UnreadablePaperError) as error:
        read_paper(path, tmp_path / "images", "text" if name.endswith("pdf") else "auto")
    assert error.value.reason == reason


def test_a_paper_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePaperError) as error:
        read_paper(HERE / "chinese.pdf", tmp_path, "text", Limits(seconds=0.01))
    assert error.value.reason == "timeout"


class _Mathpix(BaseHTTPRequestHandler):
    asked = 0

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, body: bytes, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        good = self.headers["app_key"] == "key" and b"%PDF" in sent and b"options_json" in sent
        self._answer(b'{"pdf_id": "p1"}' if good else b'{"error": "bad key"}')

    def do_GET(self) -> None:
        text = f"1. What is $2^5$? ![](http://{self.headers['Host']}/figure.png)"
        if self.path == "/v3/pdf/p1":
            type(self).asked += 1
            done = type(self).asked > 1
            self._answer(b'{"status": "completed"}' if done else b'{"status": "split"}')
        elif self.path.endswith(".lines.json"):
            page = {"page": 1, "lines": [{"text": text, "confidence": 0.5}]}
            self._answer(json.dumps({"pages": [page]}).encode())
        else:
            self._answer(b"PNG" if self.path == "/figure.png" else text.encode())


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Mathpix) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_mathpix_is_sent_the_file_asked_until_done_and_its_figures_are_kept(
    server: str, tmp_path: Path
) -> None:
    reader = MathpixReader(Account("id", "key", server), tmp_path, pause=0.01)
    paper = reader.read(HERE / "chinese.pdf")
    assert paper.pages[0].markdown == "1. What is $2^5$? ![](page-0001-1.png)\n"
    assert paper.pages[0].confidence == 0.5
    assert (tmp_path / "page-0001-1.png").read_bytes() == b"PNG"


def test_a_refusal_of_mathpix_is_told(server: str, tmp_path: Path) -> None:
    reader = MathpixReader(Account("id", "wrong", server), tmp_path, pause=0.01)
    with pytest.raises(UnreadablePaperError, match="bad key"):
        reader.read(HERE / "chinese.pdf")


def test_mathpix_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATHPIX_APP_KEY", raising=False)
    with pytest.raises(InputError, match="MATHPIX_APP_ID and MATHPIX_APP_KEY"):
        account()


def test_the_command_writes_segments_and_reads_no_paper_twice(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"nothing")
    out = tmp_path / "out"
    command = ["papers", str(HERE / "chinese.pdf"), str(tmp_path / "bad.pdf"), "--reader", "text",
               "--output", str(out)]  # fmt: skip
    first = CliRunner().invoke(build, command)
    assert first.exit_code == 1, first.output
    rows = [json.loads(line) for line in (out / "segments.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 12
    assert {"number", "problem", "solution", "answer", "language", "page", "confidence", "reasons",
            "images", "paper", "source"} == set(rows[0])  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["unreadable"] == 1
    page = next(out.glob("pages/chinese-*-0001.md"))
    page.unlink()
    assert CliRunner().invoke(build, command).exit_code == 1
    assert not page.exists()  # the good paper was not read again
    assert len((out / "segments.jsonl").read_text("utf-8").splitlines()) == 12
