"""Contest papers of our own, for the tests and the benchmark: what is in them, and typeset as PDF.

LaTeX sets them: `pdflatex` the English papers, `xelatex` with a CJK font the Chinese one.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
NAMES = ("olympiad", "choices", "chinese")

_PREAMBLE = r"""
\documentclass[11pt]{article}
\usepackage[a5paper,margin=18mm]{geometry}
\usepackage{amssymb}
%FONTS%
\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}
\pagestyle{myheadings}\markright{%TITLE%}
\begin{document}
\begin{center}\Large %TITLE%\end{center}
"""
_CHINESE_FONTS = r"""
\usepackage{fontspec}\usepackage{xeCJK}\setCJKmainfont{Noto Serif CJK SC}
"""
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Item:
    """One problem as it was written. `choices` are part of what is to be recovered."""

    number: str
    problem: str
    solution: str
    answer: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The problem with its choices, as a paper shows it."""
        parts = [
            f"({letter}) {choice}" for letter, choice in zip(LETTERS, self.choices, strict=False)
        ]
        return "\n".join([self.problem, *parts])


@dataclass(frozen=True)
class Contest:
    name: str
    title: str
    language: str
    settings: dict[str, str]
    items: tuple[Item, ...]


def contest(name: str) -> Contest:
    """The paper of that name in this folder."""
    data = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    items = tuple(
        Item(
            str(number),
            row["problem"].strip(),
            row["solution"].strip(),
            row.get("answer"),
            tuple(row.get("choices", ())),
        )
        for number, row in enumerate(data.pop("problems"), 1)
    )
    return Contest(name, data["title"], data["language"], data, items)


def latex(paper: Contest) -> str:
    """The paper as a LaTeX document."""
    fonts = _CHINESE_FONTS if paper.language == "zh" else ""
    head = _PREAMBLE.replace("%FONTS%", fonts).replace("%TITLE%", paper.title)
    heading, following = paper.settings["problem"], paper.settings["layout"] == "following"
    body = []
    for item in paper.items:
        body.append(rf"\textbf{{{heading.format(number=item.number)}}} {item.problem}")
        if item.choices:
            body.append(_choices(item))
        if following:
            body.append(rf"\textit{{{paper.settings['solution']}}} {item.solution}")
    if "key" in paper.settings:
        body.append(rf"\newpage\textbf{{{paper.settings['key']}}}")
        body.append(r"\quad ".join(f"{item.number}. {item.answer}" for item in paper.items))
    if not following:
        body.append(rf"\begin{{center}}\textbf{{{paper.settings['solutions']}}}\end{{center}}")
        body += [f"{heading.format(number=item.number)} {item.solution}" for item in paper.items]
    return "\n\n".join([head, *body, r"\end{document}"])


def _choices(item: Item) -> str:
    parts = zip(LETTERS, item.choices, strict=False)
    return r"\qquad ".join(rf"\textbf{{({letter})}} {choice}" for letter, choice in parts)


def missing_program(paper: Contest) -> str | None:
    """The program that typesets this paper, if it is not installed."""
    program = _program(paper)
    return None if shutil.which(program) else program


def typeset(paper: Contest, folder: Path) -> Path:
    """The paper as a PDF in `folder`. Raises `RuntimeError` with LaTeX's output where it fails."""
    source = folder / f"{paper.name}.tex"
    source.write_text(latex(paper), encoding="utf-8")
    command = [_program(paper), "-interaction=nonstopmode", "-halt-on-error", source.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    if done.returncode:
        raise RuntimeError(done.stdout.decode(errors="replace")[-2000:])
    return source.with_suffix(".pdf")


def _program(paper: Contest) -> str:
    return "xelatex" if paper.language == "zh" else "pdflatex"
