r"""A multiple-choice problem as one that asks for a value: options read, letter resolved.

Reads options with letters or numbers in the forms that contest collections have: `(A) 3`, `A. 3`,
`A) 3`, `A: 3`, `\textbf{(A)}\ 3 \qquad`, `$\mathrm{(A)\ } 3$`, `(1) 3 (2) 4`, on one line or on
several. Options must stand at the end of the text, in order and without a gap. Does not cover
options in a picture or in a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from numina_lean.problems.problem import Problem
from numina_lean.problems.skipped import Skipped, Unselected

VALUE_QUESTION = "math-word-problem"
MULTIPLE_CHOICE = "MCQ"

_LABELS = ("ABCDEFGH", "abcdefgh", "12345678")
_DRAWING_ENDS = "[/asy]"
_LABELS_SHOWN = {"A", "B"}
_FEWEST = 3
_LONGEST_VALUE_WORDS = 5
_LONGEST_OPTION = 400
_STEM_END = 300

_FONT = r"\\(?:textbf|textrm|textit|textsf|text|mathrm|mathbf|mathit|mathsf|boldsymbol|mbox|bf|rm)"
_WRAP = rf"(?:{_FONT}\s*(?:\{{\s*)?|\{{\s*\\(?:bf|rm|sf|it)\s*|\*\*|\\item\s*){{0,4}}"
_EDGE = r"(?:(?<=^)|(?<=[\s$~}.,;:?!。，,)\]|*])|(?<=quad)|(?<=\\ )|(?<=\\,))"
_PLAIN = r"(?![.,]?[^\W\d])"
_INNER = rf"(?:{_FONT}\s*(?:\{{\s*)?)?"
_FORMS = tuple(
    re.compile(pattern, re.MULTILINE)
    for low in ("[A-H]", "[a-h]", "[1-8]")
    for pattern in (
        rf"(?P<open>{_WRAP})[(（]\s*(?P<inner>{_INNER})(?P<label>{low})"
        r"\s*\}?\s*(?:\\ |~)?\s*[)）]\.?",
        rf"{_EDGE}(?P<open>{_WRAP})(?P<inner>)(?P<label>{low})\s*\}}?\s*[.):．、：]\)?{_PLAIN}",
    )
)
"""For letters, small letters and digits: the label in parentheses, and with a mark after it."""

_GAP = r"(?:\s|~|\\[ ,;:!]|\\q?quad(?![a-z])|\\hspace\{[^}]*\}|\\hfill|\\newline|\\\\|&)"
_BEFORE = re.compile(rf"^(?:{_GAP}|\*\*|[.:](?!\d))+")
_AFTER = re.compile(rf"(?:{_GAP}|\*\*|[;,]|(?<![.])\.|\\textbf\{{?|\\mathrm\{{?|\{{\\bf)+$")
_AFTER_STEM = re.compile(rf"(?:{_GAP}|\\\[|\*\*)+$")
_EMPTY_MATH = re.compile(rf"\${_GAP}*\$")
_BLANK_LINE = re.compile(r"\n\s*\n")
_INSTRUCTION = re.compile(
    r"\s*(?:\(?(?:please )?(?:enter|write|give|choose|select|circle|answer with|put)\b[^\n]*"
    r"(?:letter|option|choice|answer)s?\b[^\n]*)\s*",
    re.IGNORECASE,
)
_ASKS_FOR_LETTER = re.compile(
    r"\(?(?:please )?(?:enter|write|give|choose|select)[^.\n()]*"
    r"(?:the letter|correct (?:option|choice|answer)|\$A\$, \$B\$)[^.\n]*\.?\)?",
    re.IGNORECASE,
)
_EMPTY_PLACE = re.compile(
    r"(?:\s*(?:[(（](?:\s|\\q?quad|\\ |~|_|　|\\)*[)）]|_{2,}|\\underline\{[^\w}]*\}))\s*[.。]?\s*$"
)
_LETTER_ANSWER = re.compile(
    rf"^\$?\s*(?:{_WRAP})[(（]?\s*(?:{_INNER})(?P<label>[A-Ha-h1-8])\s*\}}?\s*[)）]?\s*\}}?\s*\$?"
    r"(?P<rest>$|[.):：,\s~\\].*$)",
    re.DOTALL,
)
_OPTIONS_NEEDED = re.compile(
    r"\bwhich(?:\s+(?:one|ones|two|number|value)s?)?\s+(?:of|among|from)\b"
    r"|\b(?:one|any|all|none|some|each|how many|two|three)\s+of\s+the\s+following\b"
    r"|\b(?:among|between|from|out of) the (?:given )?(?:following|options|choices)\b"
    r"|\bthe following (?:statements?|is|are|conclusions?|inequalit|options?|propositions?)\b"
    r"|\bfollowing\b[^.?]{0,60}\b(?:true|false|correct|incorrect|wrong|possible|impossible)\b"
    r"|\b(?:is|are|be)\s+(?:\w+\s+)?(?:closest|nearest)\s+to\b"
    r"|\bbest (?:approximat|estimate|describe)"
    r"|\bapproximately\b|\bwhich\s+(?:statements?|conclusions?|options?|choices?|pairs?|intervals?"
    r"|expressions?|equations?|graphs?|answers?|formulas?|figures?|propositions?|conditions?)\b"
    r"|\b(?:could|can|may|might|must|cannot|can't)\s+(?:not\s+)?be\s*(?:[:.?_(]|$|(?:true|false)\b)"
    r"|\bis (?:true|false|correct|incorrect|necessarily|always|never)\s*[:.?_(]?\s*$"
    r"|\bis not (?:true|correct|possible)\b|\bwhat could be\b|\blies? (?:in|between)\s*[:.?_(]?\s*$"
    r"|\bis (?:between|in the interval)\s*[:.?_(]?\s*$",
    re.IGNORECASE,
)
_EMPTY_OPTION = re.compile(
    r"^\W*(?:none|no(?:t| one)? (?:of|enough|possible)|neither|all of|any of|both|cannot be|can't|"
    r"it (?:cannot|is impossible|depends)|impossible to|insufficient|another|other|answer not|"
    r"(?:data|information) (?:is |are )?(?:not|insufficient)|infinitely many of|"
    r"(?:the )?correct answer is not|different from|indeterminate|undetermined)",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_TEXT_COMMAND = re.compile(r"\\(?:text|textbf|mathrm|mbox|textrm)\s*\{([^{}]*)\}")
_SPELLING = re.compile(
    r"[\s$~{}]|\\(?:left|right|displaystyle|,|;|!|:| |quad|qquad)|(?<=\d),(?=\d{3})"
)


@dataclass(frozen=True, slots=True)
class Options:
    """A text's options: `stem` is what stands before them, `values` label → option, in order."""

    stem: str
    values: dict[str, str]


def read_options(text: str) -> Options | None:
    """The options at the end of `text`, or None where they are not all found in order."""
    found = (_options(text, run) for form in _FORMS for run in _runs(form, text))
    return next((options for options in found if options is not None), None)


def value_question(problem: Problem) -> Problem | Skipped:
    """`problem`, a multiple-choice one, with its options away and its answer a value.

    A problem without options whose answer is a value already comes back as it is, apart from its
    type. Declined: options or answer that cannot be read, and questions that mean nothing
    without their options.
    """
    options = read_options(problem.problem)
    label = _named(problem.answer)
    if options is None:
        if label is not None and (label["label"].isupper() or not label["rest"]):
            return Skipped(Unselected.UNREADABLE_OPTIONS, "the answer is a label, no options found")
        if {mark["label"] for mark in _FORMS[0].finditer(problem.problem)} >= _LABELS_SHOWN:
            return Skipped(Unselected.UNREADABLE_OPTIONS, "there are options, not all in order")
        return replace(problem, question_type=VALUE_QUESTION)
    value = _answer_value(problem.answer, options)
    if value is None:
        detail = f"the answer {problem.answer[:60]!r} is none of the options"
        return Skipped(Unselected.UNREADABLE_OPTIONS, detail)
    needed = _options_needed(options.stem, value)
    if needed is not None:
        return Skipped(Unselected.NEEDS_OPTIONS, needed)
    return replace(problem, problem=options.stem, answer=value, question_type=VALUE_QUESTION)


def without_options(text: str) -> str:
    """`text` without its options, where it has some that can be read."""
    options = read_options(text)
    return text if options is None else options.stem


def _runs(form: re.Pattern[str], text: str) -> Iterator[list[re.Match[str]]]:
    """The runs of labels from the first on without a gap, the last in the text first."""
    marks = list(form.finditer(text))
    drawn = text.rfind(_DRAWING_ENDS)
    starts = [
        at for at, mark in enumerate(marks) if _number(mark["label"]) == 0 and mark.start() > drawn
    ]
    for start in reversed(starts):
        run = [marks[start]]
        for mark in marks[start + 1 :]:
            if _number(mark["label"]) == len(run):
                run.append(mark)
        if len(run) >= _FEWEST:
            yield run


def _number(label: str) -> int:
    return max(labels.find(label) for labels in _LABELS)


def _options(text: str, run: list[re.Match[str]]) -> Options | None:
    last = text[run[-1].end() :]
    tail = _BLANK_LINE.search(last.lstrip())
    end = len(text)
    if tail is not None:
        end -= len(last.lstrip()) - tail.start()
        if not _INSTRUCTION.fullmatch(text[end:]):
            return None
    ends = [*(mark.start() for mark in run[1:]), end]
    values = {
        mark["label"].upper(): _option(text, mark, end) for mark, end in zip(run, ends, strict=True)
    }
    if any(not 0 < len(value) <= _LONGEST_OPTION for value in values.values()):
        return None
    stem = _stem(text, run[0].start())
    return Options(stem, values) if stem else None


def _option(text: str, mark: re.Match[str], end: int) -> str:
    """What stands between a label and the next, without the label's braces and loose `$`.

    Empty where that is nothing, or too long for an option.
    """
    braces = mark["open"].count("{") + mark["inner"].count("{") - mark[0].count("}")
    body = text[mark.end() : end]
    if len(body) > 2 * _LONGEST_OPTION:
        return ""
    body = _BEFORE.sub("", body)
    while braces > 0 and body.startswith("}"):
        body, braces = _BEFORE.sub("", body[1:]), braces - 1
    if _dollars(text[: mark.end()]) % 2:
        body = f"${body}"
    body = _AFTER.sub("", body)
    if _dollars(body) % 2:
        body = body[:-1] if body.endswith("$") else f"{body}$"
    return _unwrapped(body)


def _unwrapped(body: str) -> str:
    """Without empty formulas, and without the `$` around a body that is one formula."""
    body = _AFTER.sub("", _BEFORE.sub("", _EMPTY_MATH.sub("", body)))
    while body.startswith("$") and body.endswith("$") and _dollars(body) == 2 and len(body) > 1:
        body = _AFTER.sub("", _BEFORE.sub("", body[1:-1]))
    return body.strip()


def _dollars(text: str) -> int:
    return text.count("$") - text.count("\\$")


def _stem(text: str, end: int) -> str:
    stem = text[:end].rstrip()
    if _dollars(stem) % 2:
        stem = stem[:-1].rstrip() if stem.endswith("$") else f"{stem}$"
    head, tail = stem[:-_STEM_END], stem[-_STEM_END:]
    tail = _ASKS_FOR_LETTER.sub("", _AFTER_STEM.sub("", tail))
    return f"{head}{_EMPTY_PLACE.sub('', tail)}".strip()


def _answer_value(answer: str, options: Options) -> str | None:
    """The option that `answer` names by its label, or is; None also where it could be two."""
    found = {value for value in options.values.values() if _same(answer, value)}
    named = _named(answer)
    labelled = None if named is None else _labelled(named["label"].upper(), options)
    if named is not None and labelled is not None:
        rest = named["rest"]
        if not _spelled(rest) or _same(rest, labelled):
            found.add(labelled)
    return found.pop() if len(found) == 1 else None


def _named(answer: str) -> re.Match[str] | None:
    """The answer read as a label, perhaps with its option behind it."""
    return _LETTER_ANSWER.match(" ".join(answer.split()))


def _labelled(label: str, options: Options) -> str | None:
    """The option under the label; letters also name options that are numbered."""
    if label in options.values or label.isdigit():
        return options.values.get(label)
    return options.values.get(str(_number(label) + 1))


def _same(one: str, other: str) -> bool:
    return _spelled(one) == _spelled(other)


def _spelled(text: str) -> str:
    return _SPELLING.sub("", text).strip(".):,\\").replace("dfrac", "frac").replace("tfrac", "frac")


def _options_needed(stem: str, value: str) -> str | None:
    """Why the question means nothing without its options, or None."""
    found = _OPTIONS_NEEDED.search(stem)
    if found is not None:
        return f"asks {' '.join(found[0].split())[:60]!r}"
    if _EMPTY_OPTION.match(_TEXT_COMMAND.sub(r"\1", value)):
        return f"its answer is {value[:60]!r}"
    if len(_WORD.findall(_TEXT_COMMAND.sub(r" \1 ", value))) > _LONGEST_VALUE_WORDS:
        return f"its answer is a sentence: {value[:60]!r}"
    return None
