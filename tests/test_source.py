"""Splitting a source into header and body, without Lean."""

from hypothesis import given
from hypothesis import strategies as st

from numina_lean.lean.source import Header, split_header


def test_imports_are_read_in_order_without_repeats() -> None:
    header, body = split_header("import A\nimport B.C\nimport A\ntheorem x : True := trivial\n")
    assert header.imports == ("A", "B.C")
    assert body == "\n\n        \ntheorem x : True := trivial\n"


def test_the_body_keeps_the_positions_of_the_source() -> None:
    source = "/- a\n comment -/ import A  theorem x : 1 = 1 := rfl"
    _, body = split_header(source)
    assert body.splitlines()[1].index("theorem") == source.splitlines()[1].index("theorem")


def test_comments_nested_or_not_are_no_obstacle() -> None:
    header, _ = split_header("-- import No\n/- import /- deeper -/ No -/\nimport Yes\n")
    assert header.imports == ("Yes",)


def test_an_import_in_a_comment_a_string_or_later_is_not_a_header() -> None:
    for source in ("/- import A -/", 'def s := "import A"', "open Nat\nimport A", "--import A"):
        assert split_header(source) == (Header(), source)


def test_a_documentation_comment_ends_the_header() -> None:
    header, _ = split_header("import A\n/-- import B -/\nimport C\n")
    assert header.imports == ("A",)


def test_module_modifiers_are_understood() -> None:
    header, _ = split_header("module\n\npublic import A\nmeta import B\npublic meta import all C\n")
    assert header.imports == ("A", "B", "C")


def test_quoted_and_unicode_names_are_whole_names() -> None:
    header, _ = split_header("import «a b».C\nimport Α.β₁'\n")
    assert header.imports == ("«a b».C", "Α.β₁'")


def test_an_unclosed_comment_is_left_to_lean() -> None:
    assert split_header("/- import A") == (Header(), "/- import A")


def test_the_digest_tells_headers_apart_and_nothing_else() -> None:
    assert Header(("A",)).digest == split_header("import  A -- why\n")[0].digest
    assert Header(("A",)).digest != Header(("A",), "open Nat").digest


@given(st.text(alphabet="import module/- \nABC.«»\"'", max_size=80))
def test_any_text_splits_into_a_body_of_the_same_shape(text: str) -> None:
    header, body = split_header(text)
    assert body.count("\n") == text.count("\n")
    assert body == text or header.imports or text.split()[0] != body.split()[:1]
    assert text.endswith(body.lstrip())
