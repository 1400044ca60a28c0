"""The text of an audit, and what of its answers is believed."""

import json

import pytest

from numina_lean.lean.native.audit import (
    AuditCommand,
    Constant,
    UnauditedError,
    print_request,
    read,
    read_printed,
)
from numina_lean.lean.native.repl import Answer
from numina_lean.lean.report import Declaration, Message, Position


def answer(*texts):
    return Answer(
        0, tuple(Message("info", text, Position(i, 0)) for i, text in enumerate(texts, 1))
    )


def test_the_command_is_defined_and_asked_under_its_secret_name():
    command = AuditCommand("5ec7e7")
    assert command.definition.startswith('elab "#numina_audit_5ec7e7 " nonce:str wanted:str')
    assert "{" not in command.definition.replace("{}", "")
    assert command.request("n", ["a", "«b c»"]) == '#numina_audit_5ec7e7 "n" "a\\n«b c»"'


def test_a_name_is_quoted_and_one_that_breaks_the_line_is_refused():
    assert AuditCommand("x").request("n", ['«"\\»']).endswith('"«\\"\\\\»"')
    with pytest.raises(UnauditedError):
        AuditCommand("x").request("n", ["«a\nb»"])


def test_constants_are_read_with_or_without_axioms():
    rows = [["b", "theorem", ["propext", "A"]], ["a", "def", None], ["c", "axiom", []]]
    assert read(answer("w" + json.dumps(rows)), "w") == (
        Constant("a", "def", None),
        Constant("b", "theorem", ("A", "propext")),
        Constant("c", "axiom", ()),
    )


def test_what_was_said_before_may_be_said_again_beside_the_answer():
    assert read(answer("declaration uses 'sorry'", "w[]"), "w") == ()


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("[]",),
        ("w[]", "w[]"),
        ("w",),
        ("w[1]",),
        ('w[["a", "theorem"]]',),
        ('w[["a", "lemma", []]]',),
        ('w[["a", "theorem", 5]]',),
    ],
)
def test_anything_else_is_not_believed(texts):
    with pytest.raises(UnauditedError):
        read(answer(*texts), "w")


@pytest.mark.parametrize(
    ("name", "kind", "auxiliary"),
    [
        ("foo", "theorem", False),
        ("A.foo.bar", "theorem", False),
        ("foo.match_1", "def", True),
        ("foo.proof_1_2", "theorem", True),
        ("foo.eq_1", "theorem", True),
        ("foo._cstage1", "def", True),
        ("_private.Main.0.foo", "theorem", False),
        ("_private.0.A.foo", "theorem", False),
        ("_private.Main.0.foo.match_1", "def", True),
        ("foo.match_1", "axiom", False),
        ("proof_of_it", "theorem", False),
        ("«a.b»", "def", False),
        ("«_x»", "def", False),
    ],
)
def test_auxiliary_constants_are_those_that_lean_names(name, kind, auxiliary):
    assert Constant(name, kind, ()).is_auxiliary == auxiliary


def test_a_private_name_is_shown_as_it_was_written():
    assert Constant("_private.A.B.0.C.foo", "theorem", ()).shown_name == "C.foo"
    assert Constant("foo", "theorem", ()).shown_name == "foo"


def test_printed_axioms_are_matched_line_by_line():
    declared = (("a", "theorem"), ("B.c", "def"))
    assert print_request([name for name, _ in declared]) == "#print axioms a\n#print axioms B.c"
    said = answer(
        "'a' depends on axioms: [propext,\n Classical.choice]",
        "'B.c' does not depend on any axioms",
    )
    assert read_printed(said, declared) == (
        Declaration("a", "theorem", ("Classical.choice", "propext")),
        Declaration("B.c", "def", ()),
    )
    with pytest.raises(UnauditedError):
        read_printed(said, declared[:1])
    with pytest.raises(UnauditedError):
        read_printed(answer("'a' does not depend on any axioms"), declared)
