"""The gate `wording`: conditions that the problem says in words, and the statement lacks.

Precise before complete: a rule speaks only where the problem has a certain word or sign, and the
statement has nothing at all that could carry it. Here: notions (primes, remainders, …), the domain
of variables, and quantifiers; `signs` has bounds, strictness and direction.
"""

import re
from collections.abc import Iterator

from numina_lean.gates.answer import UNANSWERED
from numina_lean.gates.binder import split_binder
from numina_lean.gates.bounds import said, tied, variable_types
from numina_lean.gates.gate import Bench, Ruling, Subject
from numina_lean.gates.numerals import prose
from numina_lean.gates.objection import Objection, Rule, WordingReason
from numina_lean.gates.signs import SIGN_RULES
from numina_lean.problems.problem import Problem
from numina_lean.translate.statement import Statement


def wording(subject: Subject, bench: Bench) -> Ruling:
    """Pass a statement that none of the rules objects to."""
    for _, (reason, detail) in objections(subject):
        return Ruling("wording", False, reason, detail)
    return Ruling("wording", True)


def objections(subject: Subject) -> Iterator[tuple[str, Objection]]:
    """What the rules object to, each by its name."""
    text = prose(subject.problem)
    if not text.strip():
        return
    for name, rule in RULES.items():
        found = rule(subject.problem, text, subject.statement)
        if found is not None:
            yield name, found


def _whole(statement: Statement) -> str:
    """All that is said, definitions too, without the binders' names."""
    return "\n".join((*statement.definitions, said(statement)))


# --- Words that need a certain notion ------------------------------------------------------------

_NOTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "distinct",
        r"(?<!necessarily )\bdistinct (?:positive |real )?(?:integers|numbers|primes|digits)",
        r"≠|Nodup|Injective|[<>≤≥]|¬|card|Fin",
    ),
    ("prime", r"\bprime (?:numbers? )?\$?[a-z]\$?(?![a-z])", r"[Pp]rime|[Ff]actor|Irreducible"),
    ("coprime", r"\$ (?:are|is|be) (?:relatively prime|coprime)", r"[Cc]oprime|gcd|∣|%|\.den"),
)
"""A name, the problem's words, and what may carry it in a statement."""


def _notions(problem: Problem, text: str, statement: Statement) -> Objection | None:
    whole = _whole(statement)
    if not variable_types(statement):
        return None
    for name, words, carriers in _NOTIONS:
        if re.search(words, text) and not re.search(carriers, whole):
            return WordingReason.MISSING_CONDITION, f"the problem says {name}, the statement not"
    return None


# --- The domain of variables ---------------------------------------------------------------------

_POSITIVE = re.compile(
    r"\b(?:positive|natural)\b|\\mathbb\{?[NZ]\}?\^?_?\{?\+|\\mathbb\{?N|\bnon-?\s?negative\b"
    r"|> ?0\b",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"(?:^|[^\d.])(?:\d+|-?\d+ ?/ ?\d+) ?[<≤]|[>≥] ?\d|∈|Set\.|Icc|Ioo|[Pp]rime|PNat|ℕ\+|Fin |∣|≠ 0"
)
_UNSIGNED = re.compile(r"(?<![\w.])(?:Nat|ℕ|Fin|PNat|NNReal)(?![\w.])")
_SEQUENCE = re.compile(r"\bsequence\b|\bterms?\b|\bprogression\b")
_INDEXED = re.compile(r"(?:Int|ℤ|Rat|ℚ|ℝ|Real) →")
_NATURAL_BINDER = re.compile(r"[∀∃] \(?[\w' ₀-₉]+: ?(?:Nat|ℕ)|(?:Nat|ℕ)\)")


def _positivity(problem: Problem, text: str, statement: Statement) -> Objection | None:
    if not _POSITIVE.search(text) or re.search(r"negative (?:integer|number|real)", text):
        return None
    whole = _whole(statement)
    if _UNSIGNED.search(whole) or _BOUNDED.search(whole) or statement.definitions:
        return None
    if all(tied(statement, name) for name in variable_types(statement)):
        return None
    detail = "positive or natural numbers in the problem, and nothing bounds the statement's"
    return WordingReason.WRONG_DOMAIN, detail


def _indices(problem: Problem, text: str, statement: Statement) -> Objection | None:
    """A sequence whose index runs through all integers."""
    if not _SEQUENCE.search(text) or "function" in text:
        return None
    if _NATURAL_BINDER.search("\n".join((*statement.binders, statement.conclusion))):
        return None
    for binder in statement.binders:
        split = split_binder(binder)
        if split and _INDEXED.match(split.type):
            return WordingReason.WRONG_DOMAIN, f"the index of {split.names[0]} may be negative"
    return None


# --- Quantifiers ---------------------------------------------------------------------------------

_EXISTENCE = re.compile(
    r"\b(?:exists?|there (?:is|are|be)|some|find|solutions?|infinitely|solve|such that|can|form"
    r"|even|odd|integer|squares?|power|at least one|roots?|multiple|divisible|sum of|product of"
    r"|possible|a constant|rational|minimum|maximum|determine|express|expressed|congruent|divides"
    r"|perfect|cube|one of|equal to|values? of|how many|has an?|have an?|intercepts?|bounded"
    r"|periodic|eventually|sufficiently)\b|\\exists",
    re.IGNORECASE,
)
"""Words that may mean that something exists."""
_THERE_IS = re.compile(
    r"\bthere (?:exists?|is an?|are (?:infinitely|two|positive))\b|\\exists", re.IGNORECASE
)
_NEGATED = re.compile(r"\b(?:no|not|never|cannot|without|unique|does)\b", re.IGNORECASE)
_FOUND = re.compile(
    r"\b(?:exists?|there (?:is|are|be)|some|at least|has|have|roots?|zeros?|solutions?|infinitely"
    r"|bounded|constant|periodic|form)\b|\\exists",
    re.IGNORECASE,
)
"""Words that say of a function that something of it exists."""
_LIMIT = re.compile(r"∀ [εδ]|Tendsto|¬ ?\(?∃")
_DEFINED_ONCE = re.compile(r"∃ \(?(\w+)[^,]*, (\w+) \1 = ")


def _quantifiers(problem: Problem, text: str, statement: Statement) -> Objection | None:
    whole = _whole(statement)
    exists = "∃" in whole or "Nonempty" in whole
    if exists and not _EXISTENCE.search(text) and not _LIMIT.search(whole):
        return WordingReason.WRONG_QUANTIFIER, "nothing in the problem says that something exists"
    asked = problem.answer in UNANSWERED and "nfinite" not in whole
    if asked and _THERE_IS.search(text) and not _NEGATED.search(text) and not exists:
        return WordingReason.WRONG_QUANTIFIER, "the problem says that something exists"
    functions = {
        name for name, type_ in variable_types(statement).items() if "→" in type_ or "->" in type_
    }
    for binder in statement.binders:
        split = split_binder(binder)
        if split is None or not split.type.startswith("∃"):
            continue
        if _DEFINED_ONCE.match(split.type):
            return WordingReason.WRONG_QUANTIFIER, "a function is defined at one place only"
        named = {name for name in functions if re.search(rf"(?i)(?<!\w){name} [\w(]", split.type)}
        if named and not _FOUND.search(text):
            detail = f"what is said of {min(named)} holds at one place only"
            return WordingReason.WRONG_QUANTIFIER, detail
    return None


RULES: dict[str, Rule] = {
    "notions": _notions,
    "positivity": _positivity,
    "indices": _indices,
    **SIGN_RULES,
    "quantifiers": _quantifiers,
}
"""The rules by name, in the order in which they are asked."""
