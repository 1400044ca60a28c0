"""The proof attempt that a prover's completion comes to: a whole Lean source to check.

A prover restates the theorem with its proof, or goes on from `:= by`. Either way what comes out is
only a source: whether it proves the statement that was asked for is for the checker to say, against
the statement as reference.
"""

import re

from numina_lean.translate.completion import before_fences, blocks
from numina_lean.translate.extract import ExtractionError, Reason, answer_in
from numina_lean.translate.outline import outline
from numina_lean.translate.statement import Statement

_BY = re.compile(r"\A\s*(?::=)?\s*by\b[^\S\n]*\n?|\A\s*:=[^\S\n]*")


def extract_proof(completion: str, statement: Statement) -> str:
    """The whole source of the attempt. Raises `ExtractionError`, and nothing else.

    Of the fenced blocks the last that has a theorem of the statement's name counts; then text that
    goes on from `:= by`, before any fence; then the last block, as tactics.
    """
    text = answer_in(completion).text
    lean = [block.text for block in blocks(text) if block.may_be_lean and block.text.strip()]
    sources = [block for block in lean if _states(block, statement.name)]
    if sources:
        return _with_header(sources[-1], statement)
    if not lean and _states(text, statement.name):
        return _with_header(_from_theorem(text, statement.name), statement)
    head = before_fences(text)
    if head.strip() and (not lean or head.lstrip("\n")[:1].isspace()):
        return _continued(head, statement)
    if lean:
        return _continued(lean[-1], statement)
    raise ExtractionError(Reason.NO_LEAN, "no proof in the completion")


def _states(text: str, name: str) -> bool:
    return any(
        command.keyword in ("theorem", "lemma") and command.name == name
        for command in outline(text)
    )


def _with_header(source: str, statement: Statement) -> str:
    """`source` after the statement's header, if it imports nothing itself."""
    if any(command.keyword == "import" for command in outline(source)):
        return source.strip() + "\n"
    return f"{statement.header.strip()}\n\n{source.strip()}\n".lstrip()


def _from_theorem(text: str, name: str) -> str:
    """The commands of `text`, without what stands before the first."""
    commands = outline(text)
    last = max(at for at, each in enumerate(commands) if each.name == name)
    return "\n\n".join(each.text for each in commands[: last + 1] if each.keyword)


def _continued(tactics: str, statement: Statement) -> str:
    """The statement with `tactics` for its proof."""
    term = tactics.lstrip().startswith(":=") and not re.match(r"\s*:=\s*by\b", tactics)
    body = _BY.sub("", tactics, count=1).rstrip()
    if not body.strip():
        raise ExtractionError(Reason.NO_LEAN, "the proof is empty")
    if term:
        return statement.source(body.strip())
    lines = body.strip("\n").split("\n")
    if not lines[0][:1].isspace():
        lines = [f"  {line}" if line.strip() else "" for line in lines]
    return statement.source("by\n" + "\n".join(lines))
