r"""MMOS's single-turn form of TIR solutions, and its removal of programs that say the same.

Chen et al. 2024, arXiv 2403.00799, and its repository (cyzhh/MMOS, src/nodup.py). A row is one
Python program, its output, and the answer; of the rows of a problem, those whose programs are the
same but for the names of variables and functions, for comments and for blanks count once.
Not covered: the paper's choice of the k programs of a problem that are farthest apart.
"""

import ast
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from numina_lean.answers.equality import equal
from numina_lean.answers.extract import final_answer
from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError
from numina_lean.train.examples import Columns, Defect, Example, data_files, read_examples

Reason = Literal[
    "unreadable",  # no problem or no solution in the row
    "no_program",  # no Python block with an output block behind it
    "several_programs",  # more than one
    "not_python",  # the program does not parse
    "no_answer",  # nothing is stated behind the output
    "not_printed",  # the program's last line is not the answer
    "same_program",  # another row of the problem has this program
]

ROWS = "mmos.jsonl"
_PROGRAM = re.compile(r"```python[ \t]*\r?\n(.*?)```", re.DOTALL)
_TURN = re.compile(
    r"```python[ \t]*\r?\n(?P<code>.*?)```\s*```output[ \t]*\r?\n(?P<output>.*?)```(?P<rest>.*)\Z",
    re.DOTALL,
)
_LONGEST = 100_000
"""Characters of a program that is read."""


@dataclass(frozen=True, slots=True)
class SingleTurn:
    """A row in MMOS's form. `key` is its program with the names taken out of it."""

    problem: str
    solution: str
    key: str


def single_turn(problem: str, solution: str) -> SingleTurn | Reason:
    """The solution in MMOS's form, without the words before its program; or why it has none.

    Takes any text and raises nothing.
    """
    programs = len(_PROGRAM.findall(solution))
    found = _TURN.search(solution)
    if not programs or found is None:
        return "no_program"
    if programs > 1:
        return "several_programs"
    key = canonical(found["code"])
    if key is None:
        return "not_python"
    answer = final_answer(found["rest"])
    if answer is None:
        return "no_answer"
    printed = found["output"].strip()
    last = printed.splitlines()[-1] if printed else ""
    if not (equal(last, answer) or equal(printed, answer)):
        return "not_printed"
    text = (
        f"```python\n{found['code'].strip()}\n```\n```output\n{printed}\n```\n"
        f"{found['rest'].strip()}"
    )
    return SingleTurn(problem, text, key)


def canonical(code: str) -> str | None:
    """The program with the names that it gives replaced in their order, without comments and
    documentation; None where it is no Python.
    """
    if len(code) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():  # of escapes that are none, which models write
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
        names = {name: f"v{at}" for at, name in enumerate(dict.fromkeys(_given(tree)))}
        return ast.unparse(_Renamed(names).visit(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _given(tree: ast.AST) -> Iterator[str]:
    """The names that are bound in the program, imports apart, from its start to its end."""
    found: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node.lineno, node.col_offset, node.name))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.col_offset, node.arg))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.col_offset, node.id))
    for _, _, name in sorted(found):
        yield name


class _Renamed(ast.NodeTransformer):
    """Gives names anew, and drops documentation."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._names.get(node.arg, node.arg)
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        node.arg = self._names.get(node.arg, node.arg) if node.arg else None
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)


def convert(examples: Iterable[Example | Defect]) -> Iterator[SingleTurn | Reason]:
    """Each example in MMOS's form, or why it is left out, in order."""
    seen: set[tuple[str, str]] = set()
    for example in examples:
        if isinstance(example, Defect):
            yield "unreadable"
            continue
        asked = [turn.content for turn in example.turns if turn.role == "user"]
        row = single_turn(asked[0], example.turns[-1].content)
        if isinstance(row, SingleTurn):
            if (row.problem, row.key) in seen:
                yield "same_program"
                continue
            seen.add((row.problem, row.key))
        yield row


def write_single_turns(data: Path, folder: Path) -> tuple[int, Counter[Reason]]:
    """Write the rows under `data` in MMOS's form to `mmos.jsonl`, with `problem`, `solution` and
    `messages`; how many, and how often each reason. Raises `InputError` where none is left.
    """
    left_out: Counter[Reason] = Counter()
    lines: list[str] = []
    files = data_files(data)
    examples = (each for file in files for each in read_examples(file, Columns()))
    for row in convert(examples):
        if isinstance(row, SingleTurn):
            lines.append(json.dumps(_columns(row), ensure_ascii=False) + "\n")
        else:
            left_out[row] += 1
    if not lines:
        told = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common())
        raise InputError(f"{data}: no row with one program that prints the answer ({told})")
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomically(folder / ROWS, "".join(lines))
    return len(lines), left_out


def _columns(row: SingleTurn) -> dict[str, object]:
    messages = [
        {"role": "user", "content": row.problem},
        {"role": "assistant", "content": row.solution},
    ]
    return {"problem": row.problem, "solution": row.solution, "messages": messages}
