"""A statement's text without what it may be called: equal for statements that differ in names only.

Covers the theorem's name, the names of binders (`∀`, `fun`, `∑ i in`, `{x | …}`, `let`, the
theorem's own) and of auxiliary definitions, white space and comments, `(x y : T)` for
`(x : T) (y : T)`, the kind of brackets round a binder, ASCII spellings, imports, and options that
only bound resources. Does not cover what needs to be understood: the order of hypotheses, an
implication for a hypothesis, arithmetic. Equal texts mean the same; other texts may.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from numina_lean.translate.reading import UnreadableError, read_statement, tokenize
from numina_lean.translate.statement import Statement

_BINDS = frozenset("∀∃λ∑∏⨆⨅⋃⋂ΣΠ∫⨁⨂∐") | {"fun"}
_NAMED = frozenset({"let", "have", "def", "abbrev"})
_END_OF_BINDER = frozenset({",", "↦", "=>"})
_INSIDE_NAMES = frozenset({",", "!", "'", "ᶠ", "ᵐ"})
_HEADER_COMMANDS = frozenset({"open", "set_option", "noncomputable", "universe", "variable"})
_RESOURCES = re.compile(r"set_option\s+(?:maxHeartbeats|maxRecDepth|linter\.\S+|pp\.\S+)\s+\S+")
_IMPORT = re.compile(r"^\s*import\s+\S+", re.MULTILINE)
# Lean's own rule for identifiers (`isIdFirst`, `isIdRest`), which knows fewer letters than Python.
_FIRST = "A-Za-z_À-ÖØ-öø-ÿΑ-ΟΡ΢Τ-Ωα-κμ-ωϊ-ϻἀ-῾℀-⅏\U0001d49c-\U0001d59f"
_PART = rf"[{_FIRST}][{_FIRST}0-9'!?₀-₉ₐ-ₜᵢ-ᵪⱼ]*"
_NAME = re.compile(rf"{_PART}|«")
_PIECE = re.compile(rf"{_PART}(?:\.(?:{_PART}|\d+))*|\d+(?:\.\d+)?|\.\.|.", re.DOTALL)
_OPENS, _CLOSES = frozenset("({[⦃⟨"), frozenset(")}]⦄⟩")
_SPELLINGS = {
    "ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat", "ℝ": "Real", "ℂ": "Complex",
    "λ": "fun", "↦": "=>", "⦃": "{", "⦄": "}",
}  # fmt: skip
_PAIRS = {"- >": "→", "< =": "≤", "> =": "≥", "/ \\": "∧", "\\ /": "∨", "< - >": "↔", "= >": "=>"}
_PAIR = re.compile("|".join(rf"(?<!\S){re.escape(pair)}(?!\S)" for pair in sorted(_PAIRS)[::-1]))


def canonical(statement: Statement) -> str:
    """The text of `statement` that all its renamings share: tokens with one blank between them."""
    writer = _Writer()
    for definition in statement.definitions:
        writer.write(_words(definition))
    for binder in statement.binders:
        writer.binder(_words(binder))
    writer.text.append(":")
    writer.term(_words(statement.conclusion))
    text = " ".join((*_context(statement.header), "⊢", *writer.text))
    return _PAIR.sub(lambda pair: _PAIRS[pair[0]], text)


def canonical_digest(source: str) -> bytes:
    """A digest of what `canonical` makes of a source's theorem; never raises.

    A source that no statement can be read from is taken as it is, white space apart.
    """
    try:
        text = canonical(read_statement(source))
    except UnreadableError:
        text = " ".join(source.split())
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _words(text: str) -> list[str]:
    """The tokens of `text`, identifiers as Lean cuts them: `Aᵀ`, `0..n` and `λx` are several."""
    found: list[str] = []
    for token in tokenize(text):
        whole = token.text[0] in "\"'«" or token.text == ":="
        found += [token.text] if whole else _PIECE.findall(token.text)
    return found


def _context(header: str) -> list[str]:
    """What of a header may decide what a statement means, in an order of its own."""
    text = _IMPORT.sub("", _RESOURCES.sub("", header))
    try:
        words = _words(text)
    except UnreadableError:
        return text.split()
    commands: list[list[str]] = []
    for word in words:
        if not commands or word in _HEADER_COMMANDS:
            commands.append([])
        commands[-1].append(word)
    opened = sorted({word for each in commands if each[0] == "open" for word in each[1:]})
    others = sorted(" ".join(each) for each in commands if each[0] != "open")
    return [*others, "open", *opened] if opened else others


@dataclass(slots=True)
class _Binding:
    """A binder under way, whose word stands at `depth`.

    Identifiers are new names until something at the depth `closed` says that the names are over;
    where that was in a bracket of its own, they go on behind it.
    """

    depth: int
    closed: int | None = None


@dataclass(slots=True)
class _Writer:
    """The text so far. `scopes` has, for each bracket that is open, the names bound inside."""

    text: list[str] = field(default_factory=list)
    scopes: list[dict[str, str]] = field(default_factory=lambda: [{}])
    bound: int = 0

    def binder(self, words: Sequence[str]) -> None:
        """A binder of the theorem, whose names hold from there to its end; one for each name."""
        inner = words[1:-1]
        colon = inner.index(":") if ":" in inner else 0
        names = inner[:colon]
        if not names or not all(_NAME.match(name) for name in names):
            self.term(words)
            return
        for name in names:
            self._bind(name)
        for name in names:
            self.text += ["(", self._called(name), ":"]
            self.term(inner[colon + 1 :])
            self.text.append(")")

    def term(self, words: Sequence[str]) -> None:
        """Add a term. What it binds is gone behind it."""
        self.scopes.append({})
        self.write(words)
        self.scopes.pop()

    def write(self, words: Sequence[str]) -> None:
        """Add `words`, with a scope for each bracket."""
        depth = 0
        bindings: list[_Binding] = []
        for index, word in enumerate(words):
            if word in _OPENS:
                depth += 1
                self.scopes.append({})
                naming = bindings and bindings[-1].closed is None
                if word == "{" and not naming and _builds_set(words[index + 1 : index + 3]):
                    self._bind(words[index + 1])
            elif word in _CLOSES:
                depth -= 1
                self.scopes.pop()
                while bindings and bindings[-1].depth > depth:
                    bindings.pop()
                if bindings and (bindings[-1].closed or 0) > depth:
                    bindings[-1].closed = None
            elif word in _BINDS:
                bindings.append(_Binding(depth))
            elif index and words[index - 1] in _NAMED and _NAME.match(word):
                self._bind(word)
            elif bindings:
                self._in_binder(word, depth, bindings)
            field_name = index > 0 and words[index - 1] == "."
            self.text.append(word if field_name else self._called(word))

    def _in_binder(self, word: str, depth: int, bindings: list[_Binding]) -> None:
        binding = bindings[-1]
        if word in _END_OF_BINDER and depth == binding.depth:
            bindings.pop()
        elif binding.closed is not None or word in _INSIDE_NAMES:
            return
        elif _NAME.match(word) and word != "in":
            self._bind(word, outward=depth - binding.depth)
        else:
            binding.closed = depth

    def _bind(self, name: str, outward: int = 0) -> None:
        self.scopes[-1 - outward][name] = f"b{self.bound}"
        self.bound += 1

    def _called(self, word: str) -> str:
        """What stands for a word: for an identifier the number of its binder, and its fields."""
        if word in _SPELLINGS:
            return _SPELLINGS[word]
        head, dot, rest = word.partition(".")
        for scope in reversed(self.scopes):
            if head in scope:
                return f"{scope[head]}{dot}{rest}"
        return word


def _builds_set(inside: Sequence[str]) -> bool:
    """Whether what is behind a brace is `x |`, `x :` or `x ∈`."""
    return len(inside) == 2 and bool(_NAME.match(inside[0])) and inside[1] in ("|", ":", "∈")
