"""What runs in the process of `guard`: one paper is read, and written as JSON.

A task comes on standard input: `path`, `images`, `reader`, `result` and `limits`.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from numina_lean.errors import InputError
from numina_lean.papers.choose import choose_reader
from numina_lean.papers.paper import UnreadablePaperError

OUT_OF_MEMORY = 9


def main() -> None:
    """Read the paper that standard input names; exit code 9 where memory did not suffice."""
    task = json.load(sys.stdin)
    _bound(task["limits"]["megabytes"])
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        paper = choose_reader(task["reader"], Path(task["images"])).read(Path(task["path"]))
        row: dict[str, object] = {"pages": [asdict(page) for page in paper.pages]}
    except UnreadablePaperError as error:
        row = {"unreadable": {"reason": error.reason, "detail": error.detail}}
    except InputError as error:
        row = {"input_error": str(error)}
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    text = json.dumps(row)  # ASCII: lone surrogates from broken fonts survive
    Path(task["result"]).write_text(text, encoding="utf-8")


def _bound(megabytes: int) -> None:
    """Keep the address space of this process within bounds, where the system can."""
    if sys.platform == "linux":
        import resource

        most = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
