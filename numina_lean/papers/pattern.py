"""Patterns: how the papers of a contest mark problems, solutions and answers. YAML files.

Each list holds regular expressions that are matched where a line starts, without regard to case,
after marks of Markdown are taken off. A `(?P<number>…)` in one gives the number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from numina_lean.errors import InputError

_LISTS = (
    "problem", "solution", "answer", "solutions_part", "answers_part", "part", "ignore",
)  # fmt: skip
_FIELDS = {*_LISTS, "about", "languages", "choices"}

Expressions = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """`problem`, `solution`, `answer`: what begins one. `solutions_part`, `answers_part`: a line
    after which the solutions, or the bare answers, of all problems come. `part`: a line after
    which numbers may begin anew. `ignore`: lines that say nothing. `choices`: a letter before a
    choice. `languages`: of the papers, codes of ISO 639-1.
    """

    name: str
    languages: tuple[str, ...]
    problem: Expressions
    solution: Expressions
    answer: Expressions
    solutions_part: Expressions
    answers_part: Expressions
    part: Expressions
    ignore: Expressions
    choices: re.Pattern[str] | None


def shipped_patterns() -> dict[str, Patterns]:
    """The patterns in the package, by name."""
    folder = resources.files("numina_lean.papers") / "patterns"
    files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
    return {
        name: _patterns(name, yaml.safe_load(file.read_text(encoding="utf-8")), file.name)
        for file in files
        if (name := file.name.removesuffix(".yaml")) != file.name
    }


def read_patterns(name: str) -> Patterns:
    """The patterns of that name in the package, or in that YAML file. Raises `InputError`."""
    shipped = shipped_patterns()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise InputError(f"{name}: neither a file nor one of {', '.join(shipped)}")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        detail = " ".join(str(error).split())
        raise InputError(f"{path}: no YAML ({detail})") from error
    return _patterns(path.stem, values, str(path))


def _patterns(name: str, values: object, where: str) -> Patterns:
    if not isinstance(values, Mapping):
        raise InputError(f"{where}: holds no fields. Begin from one of the package's patterns")
    unknown = sorted(set(values) - _FIELDS)
    if unknown:
        raise InputError(
            f"{where}: unknown field {unknown[0]!r}; known: {', '.join(sorted(_FIELDS))}"
        )
    if not values.get("problem"):
        raise InputError(f"{where}: no field 'problem', the heading of a problem")
    lists = {key: _compiled(values.get(key, []), f"{where}: {key}") for key in _LISTS}
    if not all("number" in pattern.groupindex for pattern in lists["problem"]):
        raise InputError(f"{where}: problem: each expression needs a group (?P<number>...)")
    choices = (
        _compiled([values["choices"]], f"{where}: choices")[0] if "choices" in values else None
    )
    if choices is not None and "letter" not in choices.groupindex:
        raise InputError(f"{where}: choices: needs a group (?P<letter>...)")
    languages = values.get("languages", ["en"])
    if not isinstance(languages, list):
        raise InputError(f"{where}: languages: not a list")
    return Patterns(
        name=name, languages=tuple(str(code) for code in languages), choices=choices, **lists
    )


def _compiled(expressions: object, where: str) -> Expressions:
    if not isinstance(expressions, list):
        raise InputError(f"{where}: not a list of regular expressions")
    try:
        return tuple(re.compile(str(text), re.IGNORECASE) for text in expressions)
    except re.error as error:
        raise InputError(
            f"{where}: {error.pattern!r} is no regular expression ({error})"
        ) from error
