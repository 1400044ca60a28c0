"""Rules of the gate `wording` about inequalities: strict or weak, which way, which variable.

A rule compares bounds that both sides have (`bounds`), or finds a kind of sign in the statement for
which the problem has neither sign nor word.
"""

import re

from numina_lean.gates.answer import UNANSWERED, claimed_value
from numina_lean.gates.bounds import (
    MIRRORED,
    SIGN,
    SIGNS,
    Bound,
    implied,
    lean_bounds,
    prose_bounds,
    said,
    tied,
    variable_types,
    without_bounds,
)
from numina_lean.gates.objection import Objection, Rule, WordingReason
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement

_NATURAL = frozenset({"Nat", "ℕ"})
_WHOLE = _NATURAL | {"Int", "ℤ"}
_SIGNED = frozenset({"Int", "Rat", "Real", "ℤ", "ℚ", "ℝ"})

# --- Bounds of variables -------------------------------------------------------------------------


def _variables(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """A bound of a variable that the statement has otherwise, or not at all."""
    types = variable_types(statement)
    theirs, ours = prose_bounds(text), lean_bounds(statement)
    for name, bounds in theirs.items():
        type_ = types.get(name)
        if type_ not in _SIGNED | _WHOLE:
            continue
        for bound in bounds:
            found = _compared(name, str(type_), bound, bounds, ours.get(name, ()))
            if found is not None:
                return found
        lower = [bound for bound in bounds if bound.is_lower]
        if type_ in _SIGNED and lower and not ours.get(name) and not tied(statement, name):
            detail = f"{name} {lower[0].sign} {lower[0].number} in the problem only"
            return WordingReason.WRONG_DOMAIN, detail
    return None


def _compared(
    name: str, type_: str, bound: Bound, theirs: tuple[Bound, ...], ours: tuple[Bound, ...]
) -> Objection | None:
    """What is said against the bounds `ours` of one variable, where the problem has `bound`."""
    at_number = [each for each in ours if each.number == bound.number]
    if not at_number:
        return None
    exact = [each for each in at_number if each.is_lower == bound.is_lower]
    there = (*ours, Bound("≥", 0)) if type_ in _NATURAL else ours
    if implied(bound, there, whole=type_ in _WHOLE):
        stricter = exact and all(each.sign != bound.sign for each in exact)
        doubtful = bound.word or type_ in _NATURAL or len(set(theirs)) > 1
        if not stricter or doubtful:
            return None
    detail = f"{name} {bound.sign} {bound.number} in the problem, {name} {at_number[0].sign} "
    detail += f"{at_number[0].number} in the statement"
    reason = WordingReason.WRONG_STRICTNESS if exact else WordingReason.WRONG_DIRECTION
    return reason, detail


def _mixed(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """Some variables positive, others nonnegative, and the problem knows positive ones alone."""
    types = variable_types(statement)
    at_zero = {
        name: {each.sign for each in bounds if each.number == 0 and each.is_lower}
        for name, bounds in lean_bounds(statement).items()
        if types.get(name) in _SIGNED | _WHOLE
    }
    strict = {name for name, signs in at_zero.items() if ">" in signs}
    weak = {name for name, signs in at_zero.items() if signs == {"≥"}}
    says_weak = re.search(r"non-?\s?negative|\\geq?|≥|\\leq?|≤|>=|natural|digit|whole", text)
    says_strict = re.search(r"\bpositive\b|>|<|\bnonzero\b", text)
    if strict and weak and says_strict and not says_weak:
        return WordingReason.WRONG_STRICTNESS, f"{min(weak)} ≥ 0 beside {min(strict)} > 0"
    return None


def _positive(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """`positive` is said, and only `0 ≤` is there; `nonnegative` is said, and only `0 <`."""
    there = said(statement)
    weak = re.search(r"(?<![\w.])0 ?≤|≥ ?0(?![\w.])", there)
    strict = re.search(r"(?<![\w.])0 ?<|> ?0(?![\w.])", there)
    positive = re.search(r"\bpositive\b|(?<![\d.])0 ?<|> ?0(?![\d.])", text)
    nonnegative = re.search(
        r"non-?\s?negative|natural|\\geq? ?0|0 ?\\leq?|\\geqslant ?0|≥ ?0|0 ?≤|digit|modulo|pmod"
        r"|remainder|residue",
        text,
    )
    otherwise = re.search(r"[1-9] ?[<≤]|[>≥] ?[1-9]|≠", there)
    if positive and not nonnegative and weak and not strict and not otherwise:
        return WordingReason.WRONG_STRICTNESS, "positive in the problem, `0 ≤` in the statement"
    worded = re.search(r"non-?\s?negative", text)
    if worded and not positive and strict and not weak and "Nat" not in there:
        return WordingReason.WRONG_STRICTNESS, "nonnegative in the problem, `0 <` in the statement"
    return None


# --- Numbers and which side of them --------------------------------------------------------------

_PHRASES = (
    (r"\b(?:greater|larger|more|bigger) than (or equal to )?\$?(\d+)", ">"),
    (r"\b(?:less|smaller|fewer) than (or equal to )?\$?(\d+)", "<"),
    (r"\bexceeds?( )\$?(\d+)", ">"),
    (r"\bat least( )\$?(\d+)", "≥"),
    (r"\bat most( )\$?(\d+)", "≤"),
    (r"\bno (?:more|greater) than( )\$?(\d+)", "≤"),
    (r"\bno (?:less|fewer) than( )\$?(\d+)", "≥"),
)
_RIGHT_NUMBER = re.compile(rf"({SIGN})\s*(\d+)(?![\w.]|\s*[*+\-^/%\\(]|\s*[a-zA-Z])")
_LEFT_NUMBER = re.compile(rf"(?<![\w.^/*+\-])\(?(\d+)\)?\s*({SIGN})")
_OR_EQUAL = {">": "≥", "<": "≤"}


def _signs_at(text: str) -> dict[int, set[str]]:
    """For each number, the signs by which something is compared with it: `x > 3` is 3 → `>`."""
    found: dict[int, set[str]] = {}
    for match in _RIGHT_NUMBER.finditer(text):
        found.setdefault(int(match[2]), set()).add(SIGNS[match[1]])
    for match in _LEFT_NUMBER.finditer(text):
        if not text[: match.start()].rstrip().endswith(("+", "-", "*", "^", "/", "%", "=")):
            found.setdefault(int(match[1]), set()).add(MIRRORED[SIGNS[match[2]]])
    return found


def _prose_signs_at(text: str) -> dict[int, set[str]]:
    bare = re.sub(r"[{}$]", " ", text.replace("{,}", "").replace("\\!", ""))
    found = _signs_at(bare)
    for phrase, sign in _PHRASES:
        for match in re.finditer(phrase, bare):
            or_equal = bool((match[1] or "").strip())
            found.setdefault(int(match[2]), set()).add(_OR_EQUAL[sign] if or_equal else sign)
    return found


def _numbers(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """A number that both sides compare something with, each with one sign, and not the same."""
    ours = _signs_at(said(statement))
    for number, signs in _prose_signs_at(text).items():
        present = ours.get(number, set())
        if len(signs) != 1 or len(present) != 1 or present == signs:
            continue
        wanted, there = min(signs), min(present)
        shift, other = {">": (1, "≥"), "≥": (-1, ">"), "<": (-1, "≤"), "≤": (1, "<")}[wanted]
        if other in ours.get(number + shift, set()) or (number == 0 and "positive" in text):
            continue
        detail = f"{wanted} {number} in the problem, {there} {number} in the statement"
        if (wanted in ">≥") == (there in ">≥"):
            return WordingReason.WRONG_STRICTNESS, detail
        return WordingReason.WRONG_DIRECTION, detail
    return None


_LEAST = re.compile(r"\b(?:smallest|least|minimum|lowest|minimal)\b(?! common)", re.IGNORECASE)
_GREATEST = re.compile(
    r"\b(?:largest|greatest|maximum|highest|maximal)\b(?! common)", re.IGNORECASE
)


def _extremes(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """The least value is asked for, and the conclusion bounds from above; or the other way."""
    claimed = claimed_value(statement.conclusion)
    least, greatest = bool(_LEAST.search(text)), bool(_GREATEST.search(text))
    if claimed is None or problem.answer in UNANSWERED or least == greatest:
        return None
    relation = claimed[0]
    if least and relation in ("≤", "<", ">"):
        return WordingReason.WRONG_DIRECTION, f"the least value is asked for, not one {relation}"
    if greatest and relation in ("≥", ">"):
        return WordingReason.WRONG_DIRECTION, f"the greatest value is asked for, not one {relation}"
    return None


# --- Signs for which the problem has neither sign nor word ---------------------------------------

_STRICT_SIGN = re.compile(r"<|>|\\lt\b|\\gt\b|\\ne\b|\\neq\b")
_STRICT_WORD = re.compile(
    r"\b(?:positive|negative|less|greater|more|fewer|exceeds?|between|larger|smaller|under|over"
    r"|above|below|increasing|decreasing|digits?|natural|bigger|older|younger|lengths?|sides?"
    r"|triangle|area|distinct|nonzero|cannot|not|remainder|order|ages?|years?|numbers?|first"
    r"|interval|strictly|ordered|smallest|largest|least|greatest|infinitely|consecutive|unique"
    r"|nonnegative|bounded|periodic)\b|\\mathbb|\\in\s*[\[(]|\[\d+,",
    re.IGNORECASE,
)
_WEAK_SIGN = re.compile(
    r"\\leq?(?:slant|q)?(?![a-z])|\\geq?(?:slant|q)?(?![a-z])|≤|≥|<=|>=|\\not[<>]"
)
_WEAK_WORD = re.compile(
    r"\b(?:non-?negative|least|most|minimum|maximum|minimal|maximal|smallest|largest|greatest"
    r"|lowest|highest|digits?|between|inclusive|from|up to|exceed|more than|less than|fewer"
    r"|non-?zero|natural|range|values?|integers?|whole|remainder|positive|number of|bounded?"
    r"|square|ages?|years?|modulo|residue|smaller|not|infinitely|older|sides?|how many)\b"
    r"|\\pmod|\\mathbb|\\ldots|\\cdots|\\dots|\\min|\\max|\.\.\.",
    re.IGNORECASE,
)
_WORDED = re.compile(
    r"\b(?:less|greater|more|exceeds?|larger|smaller|at least|at most|between|minimum|maximum"
    r"|minimal|maximal|least|greatest|always|negative|bounded|fewer)\b"
)


def _strictness(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """A strict or weak sign in the conclusion where the problem has none and no word for it."""
    there = " ".join(_top_relations(statement.conclusion))
    if re.search(r"[<>]", there) and not (_STRICT_SIGN.search(text) or _STRICT_WORD.search(text)):
        return WordingReason.WRONG_STRICTNESS, "nothing in the problem is strict"
    if re.search(r"[≤≥]", there) and not (_WEAK_SIGN.search(text) or _WEAK_WORD.search(text)):
        return WordingReason.WRONG_STRICTNESS, "nothing in the problem allows equality"
    return None


def _conclusion(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """The conclusion strict where the problem, bounds of variables apart, has weak signs alone."""
    relations = _top_relations(statement.conclusion)
    rest = without_bounds(text)
    if len(relations) != 1 or problem.answer not in UNANSWERED or _WORDED.search(rest):
        return None
    strict = re.search(r"<|>|\\lt\b|\\gt\b", rest)
    weak = _WEAK_SIGN.search(rest)
    if relations[0] in "<>" and weak and not strict:
        return WordingReason.WRONG_STRICTNESS, "strict in the conclusion, weak in the problem"
    if relations[0] in "≤≥" and strict and not weak:
        return WordingReason.WRONG_STRICTNESS, "weak in the conclusion, strict in the problem"
    return None


def _top_relations(conclusion: str) -> list[str]:
    """The inequality signs of a conclusion behind its premises, if it is one chain of them."""
    plain = " ".join(conclusion.split()).replace(">=", "≥").replace("<=", "≤")
    last = re.split(r"→|->|,(?![^()]*\))", plain)[-1]
    return [] if re.search(r"[∧∨↔∃¬=≠∑∏|]|if ", last) else re.findall(r"[<>≤≥]", last)


SIGN_RULES: dict[str, Rule] = {
    "variables": _variables,
    "mixed": _mixed,
    "positive": _positive,
    "numbers": _numbers,
    "extremes": _extremes,
    "strictness": _strictness,
    "conclusion": _conclusion,
}
"""The rules by name, in the order in which they are asked."""
