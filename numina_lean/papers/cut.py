"""Cuts the lines of a paper into problems, solutions and answers, by one set of patterns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from numina_lean.papers.answer_key import answers_in, letters_in
from numina_lean.papers.number import Candidate, Number, best_run, number_of
from numina_lean.papers.pattern import Expressions, Patterns
from numina_lean.papers.text_line import TextLine

Region = Literal["problems", "solutions", "answers"]

_MARKS = re.compile(r"^[\s#>*_]+|(?<=[\w.:：．】])\*+(?=\s|$)")
_MIDDLE_OF_PARAGRAPH = 0.6
_SHORT_ANSWER = 40
_SENTENCE = re.compile(r"[a-z]{3,}\s+[a-z]{2,}|因为|所以|由|得|则|故|设|证|[∴∵]", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """What was found of one problem. `part`: the heading it came under, counted from 0."""

    number: Number
    part: int
    page: int
    problem: list[TextLine] = field(default_factory=list)
    solution: list[TextLine] = field(default_factory=list)
    answer: list[TextLine] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Cut:
    """A paper cut up. `left`: lines that belong to nothing. `strays`: lines that begin as a
    problem does and are none. `unmatched`: solutions and answers to no problem."""

    found: list[Found]
    left: list[TextLine]
    strays: int
    unmatched: list[Found]


@dataclass(frozen=True, slots=True)
class _Marked:
    """A line with what it begins: a number, and what comes after the heading. `solved`: what comes
    after a heading of a solution right behind a problem's number, as in `2. Solution: …`."""

    line: TextLine
    problem: tuple[Number, str] | None
    solution: tuple[Number | None, str] | None
    answer: str | None
    solved: str | None


def cut(lines: Sequence[TextLine], patterns: Patterns) -> Cut:
    """The lines as problems. Solutions go to their problem by number wherever they stand."""
    regions = _regions(lines, patterns)
    result = Cut([], [], 0, [])
    for kind, marked, parts in regions:
        if kind == "problems":
            _cut_problems(marked, parts, result)
        elif kind == "answers":
            _give_answers(answers_in([one.line for one in marked]), result, marked)
        else:
            _cut_solutions(marked, parts, result)
    return result


def _regions(
    lines: Sequence[TextLine], patterns: Patterns
) -> list[tuple[Region, list[_Marked], list[int]]]:
    """The lines by what they hold, each with the count of part headings so far."""
    regions: list[tuple[Region, list[_Marked], list[int]]] = [("problems", [], [])]
    part, seen_problem = 0, False
    for line in lines:
        text = _MARKS.sub("", line.text).strip()
        if _first(patterns.ignore, text):
            continue
        if seen_problem and _first(patterns.answers_part, text):
            regions.append(("answers", [], []))
            continue
        if seen_problem and _first(patterns.solutions_part, text):
            regions.append(("solutions", [], []))
            continue
        if _first(patterns.part, text):
            part += 1
            continue
        marked = _marked(line, text, patterns)
        seen_problem |= marked.problem is not None
        regions[-1][1].append(marked)
        regions[-1][2].append(part)
    return regions


def _marked(line: TextLine, text: str, patterns: Patterns) -> _Marked:
    problem = solution = solved = None
    if match := _first(patterns.problem, text):
        number = number_of(match["number"])
        problem = None if number is None else (number, text[match.end() :].strip())
        inner = None if problem is None else _first(patterns.solution, problem[1])
        solved = problem[1][inner.end() :].strip() if problem and inner else None
    if match := _first(patterns.solution, text):
        told = match.groupdict().get("number")
        solution = (number_of(told) if told else None, text[match.end() :].strip())
    match = _first(patterns.answer, text)
    answer = None if match is None else text[match.end() :].strip()
    return _Marked(line, problem, solution, answer, solved)


def _first(expressions: Expressions, text: str) -> re.Match[str] | None:
    return next((m for expression in expressions if (m := expression.match(text))), None)


def _run(marked: Sequence[_Marked], parts: Sequence[int], *, solutions: bool) -> list[Candidate]:
    candidates = []
    for index, one in enumerate(marked):
        number = one.problem[0] if one.problem else None
        if solutions and number is None and one.solution:
            number = one.solution[0]
        if number is not None:
            weight = 1.0 if one.line.starts else _MIDDLE_OF_PARAGRAPH
            candidates.append(Candidate(index, number, weight, parts[index]))
    return best_run(candidates)


def _cut_problems(marked: Sequence[_Marked], parts: Sequence[int], result: Cut) -> None:
    run = _run(marked, parts, solutions=False)
    begins = {candidate.line: candidate for candidate in run}
    current: Found | None = None
    where: list[TextLine] = result.left
    for index, one in enumerate(marked):
        if index in begins and one.problem is not None:
            current = Found(one.problem[0], parts[index], one.line.page)
            result.found.append(current)
            where = current.problem
            _add(where, one.line, one.problem[1])
        elif current is None:
            result.left.append(one.line)
        elif one.solution is not None:
            current = _solved(one.solution[0], current, result)
            where = current.solution
            _add(where, one.line, one.solution[1])
        elif one.answer is not None:
            _add(current.answer, one.line, one.answer)
            where = current.solution if one.answer else current.answer
        else:
            if one.problem is not None:
                result.strays += 1
                if where is current.problem and one.line.starts:
                    current.doubts.append(f"a line inside begins like problem {one.problem[0]}")
            where.append(one.line)


def _solved(number: Number | None, current: Found, result: Cut) -> Found:
    """Whose solution begins: of the problem with the number, or one more of the current one."""
    if number is None or number == current.number:
        return current
    named = [found for found in result.found if found.number == number]
    if not named or (number.value == 1 and current is not result.found[-1]):
        return current
    return named[-1]


def _add(where: list[TextLine], line: TextLine, text: str) -> None:
    if text:
        where.append(TextLine(text, line.page, line.starts or not where))


def _cut_solutions(marked: Sequence[_Marked], parts: Sequence[int], result: Cut) -> None:
    """Numbered items after the heading of the solutions: each to the problem of its number."""
    keyed = {
        index: found for index, one in enumerate(marked) if (found := letters_in(one.line.text))
    }
    for index, answers in keyed.items():
        _give_answers(answers, result, [marked[index]])
    kept = [index for index in range(len(marked)) if index not in keyed]
    marked, parts = [marked[i] for i in kept], [parts[i] for i in kept]
    own = Cut([], [], 0, [])
    run = {candidate.line: candidate for candidate in _run(marked, parts, solutions=True)}
    current: Found | None = None
    for index, one in enumerate(marked):
        if index in run:
            rest = one.problem[1] if one.problem else one.solution[1] if one.solution else ""
            current = Found(run[index].number, parts[index], one.line.page)
            own.found.append(current)
            if one.solved:
                _add(current.solution, one.line, one.solved)
            else:
                _add(current.problem, one.line, rest)
        elif current is None:
            result.left.append(one.line)
        elif one.solution is not None:
            _add(current.solution, one.line, one.solution[1] or " ")
        elif one.answer is not None and one.answer:
            _add(current.answer, one.line, one.answer)
        else:
            (current.solution or current.problem).append(one.line)
    _give_solutions(own.found, result)


def _give_solutions(items: Sequence[Found], result: Cut) -> None:
    taken: set[int] = set()
    for item in items:
        same = [f for f in result.found if f.number == item.number and id(f) not in taken]
        # Where numbers begin anew in each part, the first that has none yet is the one.
        target = next(iter(same), None)
        if target is None:
            result.unmatched.append(item)
            continue
        taken.add(id(target))
        text = " ".join(line.text for line in item.problem)
        if item.solution:  # the problem was printed again before its solution
            target.solution += item.solution
        elif len(text) <= _SHORT_ANSWER and not _SENTENCE.search(text) and not target.answer:
            target.answer += item.problem
        else:
            target.solution += item.problem
        target.answer += item.answer


def _give_answers(answers: dict[Number, str], result: Cut, marked: Sequence[_Marked]) -> None:
    if not marked:
        return
    page = marked[0].line.page
    for number, answer in answers.items():
        line = TextLine(answer, page, True)
        named = [found for found in result.found if found.number == number and not found.answer]
        if named:
            named[0].answer.append(line)
        else:
            result.unmatched.append(Found(number, 0, page, answer=[line]))
