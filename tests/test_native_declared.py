"""What is read from a Lean source's text: examples, declared names, the cut of a report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.lean.native.declared import declared_names, name_examples, tokens
from numina_lean.lean.native.limit import limit_report
from numina_lean.lean.report import Message, Position, Report, Sorry

HERE = Position(1, 0)


def words(source):
    return [token.text for token in tokens(source) if token.is_word]


@pytest.mark.parametrize(
    "hidden",
    [
        "-- example",
        "/- example /- nested -/ example -/",
        "/-- doc example -/",
        '"a string with example and \\" quote"',
        'r"raw \\"',
        'r#"raw " example"#',
        "'\"'",
        "'\\''",
    ],
)
def test_comments_strings_and_characters_hold_no_words(hidden):
    assert words(f"before {hidden}\nafter") == ["before", "after"]


def test_an_unclosed_comment_takes_the_rest():
    assert words("before /- example") == ["before"]


def test_words_are_dotted_and_primed_identifiers():
    source = "Foo.«a b».c x' f!? α₁ example' Nat.example"
    assert words(source) == ["Foo.«a b».c", "x'", "f!?", "α₁", "example'", "Nat.example"]


def test_a_prime_after_a_name_opens_no_character():
    assert words("h' example 'c' k'") == ["h'", "example", "k'"]


def test_examples_become_named_definitions_and_nothing_else_changes():
    source = (
        "/-- example -/\nexample (n : Nat) : n = n := rfl\ntheorem t : True := trivial -- example\n"
    )
    named, names = name_examples(source, "e")
    assert named == source.replace("\nexample (n", "\ndef e0 (n")
    assert names == {"e0": "example@2"}


def test_two_examples_on_a_line_get_names_of_their_own():
    _, names = name_examples("example : a := b example : c := d", "e")
    assert names == {"e0": "example@1", "e1": "example@1.1"}


@given(st.text(alphabet="example /-\"'«».\n rx"))
def test_naming_examples_never_fails_and_keeps_lines(source):
    named, names = name_examples(source, "e")
    assert named.count("\n") == source.count("\n")
    assert len(names) <= source.count("example")


def test_names_are_found_with_their_namespaces():
    source = """
    namespace A.B
    theorem t : True := trivial
    section S
    private lemma u' : True := trivial
    end S
    mutual
    def f := 1
    end
    end A.B
    @[simp] axiom _root_.K.x : Nat
    structure S where
      a : Nat
    class inductive I
    noncomputable instance named : Inhabited Nat := ⟨1⟩
    attribute [instance] foo
    """
    assert declared_names(source) == (
        ("A.B.t", "theorem"),
        ("A.B.u'", "theorem"),
        ("A.B.f", "def"),
        ("K.x", "axiom"),
        ("S", "inductive"),
        ("I", "inductive"),
        ("named", "def"),
    )


def test_an_end_may_close_several_namespaces():
    source = "namespace A\nnamespace B\nend A.B\ntheorem t : True := trivial"
    assert declared_names(source) == (("t", "theorem"),)


@pytest.mark.parametrize(
    "source",
    [
        "instance : Inhabited Nat := ⟨1⟩",
        'macro "x" : term => `(1)\ntheorem t : True := trivial',
        'local notation "x" => 1',
        "theorem",
        "run_cmd skip",
    ],
)
def test_a_source_whose_text_does_not_tell_what_it_declares_is_given_up(source):
    assert declared_names(source) is None


def test_a_report_within_the_limit_is_left_alone():
    report = Report((Message("info", "abc", HERE),), (Sorry("d", HERE),), (), 0.0)
    assert limit_report(report, 4) is report


def test_errors_outlive_other_messages_and_order_is_kept():
    report = Report(
        (
            Message("info", "i" * 10, HERE),
            Message("error", "first", HERE),
            Message("error", "second", HERE),
        ),
        (Sorry("goal", HERE),),
        (),
        0.0,
    )
    cut = limit_report(report, 13)
    assert [m.text for m in cut.messages] == ["ii", "first", "second"]
    assert cut.sorries == (Sorry("", HERE),)
    assert cut.truncated


@given(
    st.lists(st.tuples(st.sampled_from(["info", "warning", "error"]), st.text(max_size=9))),
    st.lists(st.text(max_size=9)),
    st.integers(0, 60),
)
def test_a_cut_report_keeps_the_limit_and_whether_there_was_an_error(said, goals, limit):
    report = Report(
        tuple(Message(severity, text, HERE) for severity, text in said),
        tuple(Sorry(goal, HERE) for goal in goals),
        (),
        0.0,
    )
    cut = limit_report(report, limit)
    length = sum(len(m.text) for m in cut.messages) + sum(len(s.goal) for s in cut.sorries)
    assert length <= limit
    assert cut.has_errors == report.has_errors
    assert len(cut.sorries) == len(report.sorries)
    assert cut.truncated == (cut != report)
