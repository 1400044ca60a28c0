"""A small Hub on this machine: the endpoints that creating a repository and committing to it use.

Speaks what `huggingface_hub` asks for without Xet: parquet goes through the LFS batch protocol, the
rest inside the commit, as the real Hub decides it. Keeps the files of every branch in memory.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = "hf_a_token_that_shall_stay_secret"


@dataclass
class Hub:
    """What was asked of it, and what it holds: repository → branch → path → content."""

    url: str = ""
    created: list[dict[str, object]] = field(default_factory=list)
    repositories: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    commits: list[dict[str, object]] = field(default_factory=list)


@contextmanager
def local_hub() -> Iterator[Hub]:
    """A Hub that runs while the block does."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = self._parts()
        if parts[:2] == ["api", "datasets"] and parts[4] == "tree":
            files = self.hub.repositories["/".join(parts[2:4])][parts[5]]
            self._answer([
                {"type": "file", "path": path, "size": len(content), "oid": _blob(content)}
                for path, content in files.items()
            ])  # fmt: skip
        elif parts[:2] == ["api", "datasets"] and parts[4] == "revision":
            self._answer({"id": "/".join(parts[2:4]), "sha": "0" * 40, "siblings": []})
        else:
            self._answer({"error": f"no GET {self.path}"}, 404)

    def do_PUT(self) -> None:
        content = self._body()
        oid = self._parts()[-1]
        assert hashlib.sha256(content).hexdigest() == oid
        self.hub.objects[oid] = content
        self._answer({})

    def do_POST(self) -> None:
        parts, body = self._parts(), self._body()
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._answer({"error": "Invalid username or password."}, 401)
        elif parts == ["api", "repos", "create"]:
            self._create(json.loads(body))
        elif parts == ["api", "validate-yaml"]:
            self._validate(json.loads(body)["content"])
        elif parts[-3:] == ["lfs", "objects", "batch"]:
            self._batch(json.loads(body))
        elif parts[4] == "preupload":
            self._preupload(json.loads(body))
        elif parts[4] == "branch":
            branches = self.hub.repositories["/".join(parts[2:4])]
            branches[parts[5]] = dict(branches["main"])
            self._answer({})
        elif parts[4] == "commit":
            self._commit("/".join(parts[2:4]), parts[5], body)
        else:
            self._answer({"error": f"no POST {self.path}"}, 404)

    def _create(self, wanted: dict[str, object]) -> None:
        name = f"{wanted['organization']}/{wanted['name']}"
        self.hub.created.append(wanted)
        url = f"{self.hub.url}/datasets/{name}"
        if name in self.hub.repositories:
            self._answer({"error": "You already created this dataset repo", "url": url}, 409)
            return
        self.hub.repositories[name] = {"main": {".gitattributes": b"*.parquet filter=lfs\n"}}
        self._answer({"url": url, "name": name})

    def _validate(self, content: str) -> None:
        fields = yaml.safe_load(content.split("---\n")[1])
        wrong = [name for name in ("license", "configs", "dataset_info") if name not in fields]
        errors = [{"message": f"no {name}"} for name in wrong]
        self._answer({"errors": errors, "warnings": []}, 400 if errors else 200)

    def _preupload(self, wanted: dict[str, list[dict[str, str]]]) -> None:
        self._answer(
            {
                "files": [
                    {
                        "path": each["path"],
                        "uploadMode": "lfs" if each["path"].endswith(".parquet") else "regular",
                        "shouldIgnore": False,
                    }
                    for each in wanted["files"]
                ]
            }
        )

    def _batch(self, wanted: dict[str, list[dict[str, object]]]) -> None:
        objects = [
            {**each, "actions": {"upload": {"href": f"{self.hub.url}/upload/{each['oid']}"}}}
            for each in wanted["objects"]
        ]
        self._answer({"transfer": "basic", "objects": objects})

    def _commit(self, repository: str, branch: str, body: bytes) -> None:
        files = self.hub.repositories[repository][branch]
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                self.hub.commits.append(value)
            elif line["key"] == "file":
                assert value["encoding"] == "base64"
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
            else:
                raise AssertionError(line)
        url = f"{self.hub.url}/datasets/{repository}/commit/{'1' * 40}"
        self._answer({"success": True, "commitOid": "1" * 40, "commitUrl": url})

    def _parts(self) -> list[str]:
        path = urlsplit(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        return [unquote(part) for part in path.strip("/").split("/")]

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _answer(self, value: object, status: int = 200) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
