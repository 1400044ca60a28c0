"""The statement lint over a pool: an item and its outcome in, findings out.

The item is elaborated once more, on its own header and our Lean module, followed by a term that
tells about its theorems; the findings are made of that here (`rules`). Lints what was `proved` or
is a `statement`, and nothing else. What could not be linted gets the finding `lint_failed`.

A lint advises: a source that runs its own code could forge what Lean says of it, so findings decide
no verdict.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace

from numina_lean.check.checker import Checker
from numina_lean.check.finding import Finding
from numina_lean.check.pool import WINDOW
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.lean.source import Header, split_header
from numina_lean.lint.confusable import look_alikes
from numina_lean.lint.facts import MARK, Facts, LintFailedError, read_facts
from numina_lean.lint.rules import LINT_FAILED, findings

LEAN_MODULE = "NuminaLean.Lint"
LINTED = frozenset({Verdict.PROVED, Verdict.STATEMENT})
LONGEST = 300.0
"""The most seconds a lint may take; below that, `PATIENCE` times what the item itself may."""
PATIENCE = 2.0
AT_ONCE = 12
"""Theorems of one source that one process tells about: its answer has a limit."""
AUTO_IMPLICIT = "auto_implicit"
LOOK_ALIKE = "look_alike"

_NAME_PART = re.compile(r"«([^»]*)»|([^.«»]+)")
_AUTO_IMPLICIT = re.compile(r"(\bset_option\s+autoImplicit\s+)true\b")
_UNKNOWN = re.compile(r"[Uu]nknown (?:identifier|universe level) [`'‘]([^`'’]+)[`'’]")
_MADE = re.compile(r"\.(?:eq_\d+|eq_def|induct\w*|inj|injEq|sizeOf_spec|congr_simp|hinj)$")
_EXAMPLE = re.compile(r"\bexample\b")
_EXAMPLE_NAME = re.compile(r"example@(\d+)")


@dataclass(frozen=True, slots=True)
class Lint:
    """A lint under way: `checks` are what it waits for, `read` makes findings of them."""

    checks: tuple[Future[Outcome], ...]
    read: Callable[[], tuple[Finding, ...]]

    def done(self) -> bool:
        """Whether `result` would answer at once."""
        return all(check.done() for check in self.checks)

    def result(self) -> tuple[Finding, ...]:
        """The findings; waits for them."""
        return self.read()


class Linter:
    """Runs lints through `pool`, which it neither starts nor ends."""

    def __init__(self, pool: Checker) -> None:
        self._pool = pool

    def lint(self, item: Item, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings about the statements of `item`, of which `outcome` came."""
        return self.submit(item, outcome).result()

    def submit(self, item: Item, outcome: Outcome) -> Lint:
        """Queue the lint."""
        if outcome.verdict not in LINTED:
            return Lint((), tuple)
        names = _theorems(outcome)
        text = tuple(
            Finding(LOOK_ALIKE, "", f"{name}: {why}") for name, why in look_alikes(item.source)
        )
        portions = [names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE)]
        told = [(each, self._pool.submit(_lint_item(item, each, names))) for each in portions]
        strict = self._pool.submit(_strict_item(item)) if _captures(item) else None
        return Lint(
            (*(check for _, check in told), *([strict] if strict else [])),
            lambda: (*text, *_collected(told, outcome, strict)),
        )

    def lint_all(self, pairs: Iterable[tuple[Item, Outcome]]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each pair, in order, reading at most `WINDOW` pairs ahead."""
        waiting: deque[Lint] = deque()
        for item, outcome in pairs:
            waiting.append(self.submit(item, outcome))
            if len(waiting) >= WINDOW:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def facts_of(item: Item, outcome: Outcome, checker: Checker) -> tuple[Facts, ...]:
    """What Lean tells of the theorems of `item`, of which `outcome` came. One check.

    Raises `LintFailedError`.
    """
    names = _theorems(outcome)[:AT_ONCE]
    answers = _answers(checker.check(_lint_item(item, names, names)), outcome, len(names))
    if isinstance(answers, str):
        raise LintFailedError(answers)
    return tuple(read_facts(name, answer) for name, answer in zip(names, answers, strict=True))


def _theorems(outcome: Outcome) -> tuple[str, ...]:
    """The theorems that the source states: those that Lean made on the side left out."""
    owners = {each.name for each in outcome.declarations if each.kind in ("def", "constructor")}
    names = dict.fromkeys(each.name for each in outcome.declarations if each.kind == "theorem")
    return tuple(
        name for name in names if not (_MADE.search(name) and name.rpartition(".")[0] in owners)
    )


def _lint_item(item: Item, portion: tuple[str, ...], names: tuple[str, ...]) -> Item:
    """`item` on our module too, its examples named, with the term that tells about `portion`.

    `names` are all the theorems of the source.
    """
    header, body = split_header(item.source)
    for name in names:
        if match := _EXAMPLE_NAME.fullmatch(name):
            body = _name_example(body, int(match[1]))
    rest = [name for name in names if name not in portion]
    term = f"numina_lint% {_literals(portion)} ; {_literals(rest)}"
    header_text = Header((*header.imports, LEAN_MODULE)).text
    source = f"{header_text}{body.lstrip(chr(10))}\n#check {term}\n"
    return replace(item, source=source, reference=None, timeout=_timeout(item))


def _timeout(item: Item) -> float:
    return min(LONGEST, PATIENCE * item.timeout)


def _name_example(body: str, line: int) -> str:
    lines = body.split("\n")
    if 1 <= line <= len(lines):
        named = f"theorem _root_.{_example_name(line)}"
        lines[line - 1] = _EXAMPLE.sub(named, lines[line - 1], count=1)
    return "\n".join(lines)


def _example_name(line: int) -> str:
    return f"numina_lint_example_{line}"


def _lint_name(name: str) -> str:
    """The parts of a name as Lean prints it, one a line, as our module reads them."""
    if match := _EXAMPLE_NAME.fullmatch(name):
        return _example_name(int(match[1]))
    return "\n".join(quoted or plain for quoted, plain in _NAME_PART.findall(name))


def _literals(names: Iterable[str]) -> str:
    """The names as string literals of Lean."""
    return " ".join(json.dumps(_lint_name(name), ensure_ascii=False) for name in names)


def _captures(item: Item) -> bool:
    return _AUTO_IMPLICIT.search(item.source) is not None


def _strict_item(item: Item) -> Item:
    """`item` with the automatic binding of variables switched off."""
    return replace(item, source=_AUTO_IMPLICIT.sub(r"\1false", item.source), reference=None)


def _collected(
    told: list[tuple[tuple[str, ...], Future[Outcome]]],
    outcome: Outcome,
    strict: Future[Outcome] | None,
) -> Iterator[Finding]:
    """Every finding of one item, once its lints are done."""
    facts: list[Facts] = []
    for names, check in told:
        answers = _answers(check.result(), outcome, len(names))
        if isinstance(answers, str):
            owner = names[0] if len(names) == 1 else ""
            yield Finding(LINT_FAILED, owner, answers)
            continue
        for name, answer in zip(names, answers, strict=True):
            try:
                facts.append(read_facts(name, answer))
                yield from findings(facts[-1])
            except LintFailedError as error:
                yield Finding(LINT_FAILED, name, str(error))
            except RecursionError:
                yield Finding(LINT_FAILED, name, "the statement nests too deeply")
            except Exception as error:  # noqa: BLE001 - a defect of ours may not cost the batch
                yield Finding(LINT_FAILED, name, f"{type(error).__name__}: {error}")
    if strict is not None:
        yield from _captured(strict.result(), facts)


def _answers(lint: Outcome, outcome: Outcome, count: int) -> list[str] | str:
    """What our Lean module wrote about each of `count` theorems; or why it did not, in a line."""
    answers = [each.text for each in lint.messages if each.text.startswith(MARK)]
    if lint.truncated:
        return "Lean's answer passed the output limit"
    if len(answers) != count:
        return f"{lint.verdict.value}: {lint.detail or 'Lean gave no answer'}"
    if [each.goal for each in lint.sorries] != [each.goal for each in outcome.sorries]:
        return "the statement elaborates differently beside the lint's own module"
    return answers


def _captured(strict: Outcome, facts: list[Facts]) -> Iterator[Finding]:
    """The names that Lean does not know once it binds none by itself."""
    unknown = [match.group(1) for each in strict.errors if (match := _UNKNOWN.search(each.text))]
    for name in dict.fromkeys(unknown):
        owners = [
            each.name
            for each in facts
            if any(it.name == name and it.kind == "implicit" for it in each.variables)
        ]
        for owner in owners or [""]:
            yield Finding(AUTO_IMPLICIT, owner, f"{name} was declared nowhere and bound silently")
