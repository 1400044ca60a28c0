"""Prompts as text to compare byte by byte: one file for each family under `golden/prompts`.

Run as a program, it writes the files anew; whoever changed a wording reads the difference.
"""

from pathlib import Path

from prompt_requests import REQUESTS

from numina_lean.models.model import Prompt
from numina_lean.prompts.registry import FAMILIES

FOLDER = Path(__file__).resolve().parent / "golden" / "prompts"


def shown(prompt: Prompt) -> str:
    """The prompt with its roles; every byte of its texts is in it."""
    parts = [f"[[{message.role}]]\n{message.content}\n" for message in prompt.messages]
    parts.append(f"[[prefill]]\n{prompt.prefill}\n")
    if prompt.schema is not None:
        parts.append(f"[[schema]]\n{prompt.schema}\n")
    return "".join(parts)


def names() -> list[tuple[str, str]]:
    return [(task, name) for task in FAMILIES for name in sorted(FAMILIES[task])]


def rendered(task: str, name: str) -> str:
    return shown(FAMILIES[task][name].render(REQUESTS[task]))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for task, name in names():
        (FOLDER / f"{task}-{name}.txt").write_text(rendered(task, name), encoding="utf-8")
