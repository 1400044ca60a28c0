"""From prose to meaning: the grammar of `prose.lark` and what each of its rules says.

Every reading that the grammar has is returned; whether they agree is the translator's business.
A text of which any word is left over has no reading.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, VisitError
from lark.lexer import Lexer

from numina_lean.translate.rules.decline import DeclineError
from numina_lean.translate.rules.formula import FormulaReader, ParsedFormula
from numina_lean.translate.rules.meaning import Reading
from numina_lean.translate.rules.phrases import ProblemReader
from numina_lean.translate.rules.prose_tokens import (
    FormulaToken,
    ProseToken,
    Word,
    tokenize_prose,
)

MAX_TOKENS = 90
_MAX_READINGS = 64


class _TokenList(Lexer):
    """Hands tokens made elsewhere to lark, words under the names of the grammar's literals."""

    def __init__(self, lexer_conf: Any) -> None:
        self.names: dict[str, str] = {
            terminal.pattern.value: terminal.name
            for terminal in lexer_conf.terminals
            if terminal.pattern is not None
        }

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        for token in lexer_state:
            if isinstance(token, Word):
                yield Token(self.names[token.text], token.text)
            else:
                # A lark token is text with a type; the object itself rides along as its value.
                carried = Token(token.kind, token.text)
                carried.value = token
                yield carried


@cache
def _parser() -> Lark:
    grammar = files("numina_lean.translate.rules").joinpath("prose.lark").read_text("utf-8")
    return Lark(grammar, parser="earley", lexer=_TokenList, ambiguity="explicit")


@cache
def vocabulary() -> frozenset[str]:
    """Every word and mark that the grammar knows."""
    return frozenset(
        terminal.pattern.value for terminal in _parser().terminals if terminal.pattern is not None
    )


def readings(text: str) -> tuple[Reading, ...]:
    """All readings of the problem `text`, at least one; raises `DeclineError`."""
    tokens = tokenize_prose(text)
    if len(tokens) > MAX_TOKENS:
        raise DeclineError("too_long", f"{len(tokens)} tokens")
    for token in tokens:
        if isinstance(token, Word) and token.text not in vocabulary():
            raise DeclineError("unknown_word", token.text)
    try:
        # lark reads the input as the custom lexer gives it; its stub knows only text.
        forest = _parser().parse(cast(str, tokens))
    except UnexpectedInput as error:
        raise DeclineError("unparsed_text", _where(error, tokens)) from error
    reader = FormulaReader(*_defined_names(tokens))
    found: list[Reading] = []
    failure: DeclineError | None = None
    trees = list(islice(_unfold(forest), _MAX_READINGS + 1))
    if len(trees) > _MAX_READINGS:
        raise DeclineError("ambiguous", f"more than {_MAX_READINGS} readings")
    for tree in trees:
        try:
            found.append(ProblemReader(reader).transform(tree))
        except VisitError as error:
            if not isinstance(error.orig_exc, DeclineError):
                raise
            failure = error.orig_exc
    if not found:
        raise failure or DeclineError("unparsed_text", "no reading")
    return tuple(found)


def _where(error: UnexpectedInput, tokens: list[ProseToken]) -> str:
    token = getattr(error, "token", None)
    return f"no rule goes on at {str(token)!r}" if token is not None else "text ends too early"


def _unfold(tree: Any) -> Iterator[Any]:
    """The trees that a forest with `_ambig` nodes stands for, without repeats side by side."""
    if not isinstance(tree, Tree):
        yield tree
    elif tree.data == "_ambig":
        seen = []
        for child in tree.children:
            for option in _unfold(child):
                if option not in seen:
                    seen.append(option)
                    yield option
    else:
        options = [list(islice(_unfold(child), _MAX_READINGS + 1)) for child in tree.children]
        for children in product(*options):
            yield Tree(tree.data, list(children))


def _defined_names(tokens: list[ProseToken]) -> tuple[frozenset[str], frozenset[str]]:
    """The letters used as functions and the operations that some formula of the text defines."""
    functions: set[str] = set()
    operators: set[str] = set()
    for token in tokens:
        if not isinstance(token, FormulaToken):
            continue
        for tree in (token.tree, *token.tree.find_data("chain")):
            side = next((child for child in tree.children if isinstance(child, Tree)), None)
            if tree.data != "chain" and token.kind != "TERM":
                continue
            if side is not None:
                _defined_name(side, functions, operators, alone=tree.data == "chain")
    return frozenset(functions), frozenset(operators)


def _defined_name(
    side: ParsedFormula, functions: set[str], operators: set[str], *, alone: bool
) -> None:
    parts = [child for child in side.children if isinstance(child, Tree)]
    if side.data in ("custom", "star", "prefix_custom") and all(_is_letter(part) for part in parts):
        if alone or side.data != "star":
            operators.add(str(next(c for c in side.children if isinstance(c, Token))))
    elif side.data == "juxtaposed" and len(parts) == 2 and parts[0].data == "letter" and alone:
        inner = [child for child in parts[1].children if isinstance(child, Tree)]
        if parts[1].data in ("parenthesis", "tuple") and all(_is_letter(part) for part in inner):
            functions.add(str(parts[0].children[0]))
    elif side.data == "juxtaposed" and len(parts) == 1 and parts[0].data == "prefix_custom":
        _defined_name(parts[0], functions, operators, alone=alone)


def _is_letter(tree: ParsedFormula) -> bool:
    parts = [child for child in tree.children if isinstance(child, Tree)]
    if tree.data in ("juxtaposed", "parenthesis", "group"):
        return len(parts) == 1 and _is_letter(parts[0])
    return tree.data == "letter"
