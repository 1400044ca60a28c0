"""Our Lean uses nothing that came after Lean 4.15: the words that are known to be newer."""

import re

import pytest

from numina_lean.lean.project import find_project

COMMENT_OR_STRING = re.compile(r'/-.*?-/|--[^\n]*|"(?:[^"\\]|\\.)*"', re.DOTALL)

NEWER_WORDS = {
    "tactics": "grind cutsat lia grobner fun_induction fun_cases mvcgen mspec mintro try\\?"
    " bv_check cbv let_to_have",
    "termination": "partial_fixpoint inductive_fixpoint coinductive_fixpoint coinductive",
    "modules": "public meta expose no_expose",
    "commands": "grind_pattern register_grind_attr deprecated_syntax set_library_suggestions",
}
"""By what they are; docs/lean-versions.md says of the main ones where they came from."""

NEWER = {
    word: re.compile(rf"(?<![\w.«`]){word}(?![\w!?'])")
    for words in NEWER_WORDS.values()
    for word in words.split()
}
HEADER_KEYWORD = re.compile(
    r"\A\s*(?:module|prelude)\b|^\s*(?:public|meta)?\s*import\s+all\b", re.M
)

SOURCES = sorted(find_project().sources.rglob("*.lean"))


def newer_words(text: str) -> list[str]:
    bare = COMMENT_OR_STRING.sub(" ", text)
    found = [word for word, pattern in NEWER.items() if pattern.search(bare)]
    return found + ["module header"] * bool(HEADER_KEYWORD.search(bare))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_module_keeps_to_what_lean_4_15_has(path):
    assert newer_words(path.read_text(encoding="utf-8")) == []


def test_newer_words_are_found_in_code_and_nowhere_else():
    assert newer_words("theorem t : 1 = 1 := by grind") == ["grind"]
    assert newer_words("module\n\npublic import Init\n") == ["public", "module header"]
    assert newer_words('/- grind -/ def a := "grind" -- by grind\n') == []
    assert newer_words("def grinder := Lean.grind.x") == []
