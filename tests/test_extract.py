"""What is taken out of a completion, whatever stands around it."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.check.pool import Pool
from numina_lean.check.verdict import Item, Verdict
from numina_lean.translate.extract import ExtractionError, Reason, extract
from numina_lean.translate.proofs import extract_proof
from numina_lean.translate.reading import read_statement
from numina_lean.translate.statement import Statement

KNOWN = Statement("known", "import Mathlib", ("(n : ℕ)", "(h : 0 < n)"), "n ≠ 0")
SOURCE = KNOWN.source()
DECOY = "import Mathlib\n\ntheorem decoy : 1 = 2 := by sorry"


def statement_of(completion: str) -> Statement:
    return extract(completion).statement


@pytest.mark.parametrize(
    "completion",
    [
        f"```lean4\n{SOURCE}```",
        f"```lean\n{SOURCE}\n```\n",
        f"```\n{SOURCE}```",
        f"```Lean4\n{SOURCE}```",
        f"``` lean 4\n{SOURCE}```",
        f"~~~lean\n{SOURCE}~~~",
        f"````lean4\n{SOURCE}````",
        f"Here it is: ```lean4\n{SOURCE}``` and that is all.",
        f"```lean4\n{SOURCE.strip()}```",
        f"```lean4\n{SOURCE}",
        f"1. The statement:\n\n   ```lean4\n{SOURCE.replace(chr(10), chr(10) + '   ')}\n   ```",
        "> ```lean4\n> " + SOURCE.strip().replace("\n", "\n> ") + "\n> ```",
        SOURCE,
        f"The statement in Lean is:\n\n{SOURCE}\nIt says that the theorem is about n.",
        SOURCE.replace("\n", "\r\n"),
        f"```lean4\n{SOURCE.replace('<', '&lt;')}```",
        f"\ufeff```lean4\n\u200b{SOURCE}```",
        f"```lean4\n{SOURCE.replace('(n : ℕ)', '(n : ℕ)' + chr(0xA0))}```",
        f"<think>{DECOY}</think>{SOURCE}",
        f"<think>\n```lean4\n{DECOY}\n```\n</think>\n```lean4\n{SOURCE}```",
        f"```lean4\n{DECOY}\n```\n</think>\n```lean4\n{SOURCE}```",
        f"```lean4\n{SOURCE}```\n<think>\n```lean4\n{DECOY}\n```",
        f"```lean4\n{DECOY}\n```\nNo, that is wrong:\n```lean4\n{SOURCE}```",
        f"```lean4\n{SOURCE}```\nIn Python:\n```python\nprint('theorem x : 1 = 1')\n```",
        f"```lean4\n{SOURCE}```\nIt uses\n```lean4\nNat.pos_of_ne_zero\n```",
        "```lean4\n" + KNOWN.source("by\n  have h2 : (n := by omega\n  exact h2") + "```",
        "```lean4\n" + KNOWN.source("fun e => by simp [e] at h") + "```",
        "```lean4\n" + SOURCE.replace("theorem", "lemma") + "```",
        "```lean4\n" + SOURCE.replace(" := by sorry", "") + "```",
        "```lean4\n" + SOURCE.replace("theorem", "/-- The `theorem`. -/\ntheorem") + "```",
        "```lean4\n" + SOURCE.replace("theorem", "lemma a : 1 = 1 := rfl\n\ntheorem") + "```",
        "```lean4\n" + SOURCE.replace("theorem", "#check Nat\n\ntheorem") + "```",
        "```lean4\n-- a comment\n" + SOURCE + "-- theorem decoy : 1 = 2 := by sorry\n```",
    ],
)
def test_a_statement_is_found_in_whatever_wrapping(completion: str) -> None:
    assert statement_of(completion) == KNOWN


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ("", Reason.EMPTY),
        (" \n<think></think>\n", Reason.EMPTY),
        ("I cannot state this theorem.", Reason.NO_LEAN),
        ("CANNOT STATE: it needs real numbers", Reason.NO_LEAN),
        ("```python\nprint(1)\n```", Reason.NO_LEAN),
        ("```lean4\nimport Mathlib\n", Reason.NO_LEAN),
        ("```lean4\ntheorem t (n : ℕ) (h : n", Reason.UNREADABLE),
        ("```lean4\ntheorem t (n : ℕ) : n =", Reason.TRUNCATED),
        ("theorem t : 1 = 1\n\nThis is all.", Reason.TRUNCATED),
        ("```lean4\ntheorem t n : n = n := rfl\n```", Reason.UNREADABLE),
        ("```lean4\n@[simp] theorem t : 1 = 1 := rfl\n```", Reason.UNREADABLE),
        ("```lean4\nvariable (n : ℕ)\ntheorem t : n = n := rfl\n```", Reason.VARIABLES),
        ("```lean4\nvariable (n : ℕ) in\ntheorem t : n = n := rfl\n```", Reason.VARIABLES),
        ("```lean4\naxiom a : False\ntheorem t : 1 = 2 := by sorry\n```", Reason.ASSUMES),
        ("theorem t : 1 = 1 := rfl" + " " * 400_000, Reason.TOO_LONG),
        ("theorem t : 1 = 1 := by\n  skip" + "\n  skip" * 20_000, Reason.TOO_LONG),
    ],
)
def test_what_has_no_statement_is_refused_with_a_reason(completion: str, reason: Reason) -> None:
    with pytest.raises(ExtractionError) as error:
        extract(completion)
    assert error.value.reason == reason


def test_of_several_theorems_the_one_that_was_asked_for_is_taken() -> None:
    completion = "```lean4\ntheorem a : 1 = 1 := rfl\ntheorem b : 2 = 2 := rfl\n```"
    assert extract(completion, name="a").statement.conclusion == "1 = 1"
    assert extract(completion).statement.conclusion == "2 = 2"


def test_of_several_blocks_the_one_with_the_theorem_that_was_asked_for_is_taken() -> None:
    completion = (
        "```lean4\ntheorem asked : 1 = 1 := by sorry\n```\nFor example:\n"
        "```lean4\ntheorem other : 2 = 2 := by sorry\n```"
    )
    assert extract(completion, name="asked").statement.conclusion == "1 = 1"


def test_the_statement_gets_the_name_that_was_asked_for() -> None:
    found = extract("```lean4\ntheorem my_favorite_theorem : 1 = 1 := by sorry\n```", name="t")
    assert (found.statement.name, found.given_name) == ("t", "my_favorite_theorem")


def test_an_example_gets_the_name_that_was_asked_for() -> None:
    found = extract("```lean4\nexample (n : ℕ) : n = n := rfl\n```", name="t")
    assert found.statement == Statement("t", "", ("(n : ℕ)",), "n = n")


def test_a_source_that_imports_nothing_gets_the_header() -> None:
    completion = "```lean4\nopen Real\nopen Nat\ntheorem t : π = π := by sorry\n```"
    found = extract(completion, header="import Mathlib\n\nopen Nat\n")
    assert found.header_added
    assert found.statement.header == "import Mathlib\n\nopen Nat\nopen Real"


def test_a_source_with_an_import_keeps_its_own_header() -> None:
    found = extract(f"```lean4\n{SOURCE}```", header="import NuminaLean.Prelude")
    assert (found.header_added, found.statement.header) == (False, "import Mathlib")


def test_definitions_and_what_they_stand_in_are_kept() -> None:
    completion = (
        "```lean4\nimport Mathlib\n\nnamespace A\n\n/-- Twice. -/\ndef f (n : ℕ) := 2 * n\n\n"
        "lemma f_one : f 1 = 2 := rfl\n\nopen Nat in\ntheorem t : f 2 = 4 := by decide\n\n"
        "end A\n```"
    )
    assert statement_of(completion) == Statement(
        "t",
        "import Mathlib",
        (),
        "f 2 = 4",
        ("namespace A", "def f (n : ℕ) := 2 * n", "open Nat"),
    )


def test_the_completion_goes_on_from_its_prefill() -> None:
    found = extract(f"hm\n```lean4\n{DECOY}\n```\n</think>\n{SOURCE}", prefill="<think>")
    assert found.statement == KNOWN
    assert not found.in_thoughts


def test_thoughts_count_only_where_the_model_said_nothing_else() -> None:
    found = extract(f"maybe\n```lean4\n{SOURCE}```", prefill="<think>")
    assert found.statement == KNOWN
    assert found.in_thoughts


PROSE = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=60).map(
    lambda text: text.replace("`", "").replace("~", "").replace("&", "").replace("<", "")
)


@given(
    before=PROSE,
    after=PROSE,
    fence=st.sampled_from(["```", "````", "~~~"]),
    label=st.sampled_from(["", "lean", "lean4", "Lean", "LEAN4", "lean 4"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    thoughts=st.sampled_from(["", f"<think>```lean\n{DECOY}\n```</think>", f"{DECOY}</think>"]),
    proof=st.sampled_from(["by sorry", "by\n  omega", "by\n  simp [(", "fun h => ⟨", "sorry"]),
)
@settings(max_examples=100, deadline=None)
def test_a_fenced_statement_comes_back_from_any_wrapping(
    before: str, after: str, fence: str, label: str, newline: str, thoughts: str, proof: str
) -> None:
    code = f"{fence}{label}\n{KNOWN.source(proof)}{fence}\n".replace("\n", newline)
    assert statement_of(f"{thoughts}{before}\n{code}{after}") == KNOWN


PIECES = st.sampled_from(
    [
        "theorem", "lemma", "example", "def", "x", " : ", ":=", " by ", "sorry", "(", ")", "{", "}",
        "[", "@[", "]", "⟨", "⟩", "```", "```lean4\n", "~~~", "<think>", "</think>", "\n", "\n\n",
        "  ", "/-", "-/", "/--", "--", '"', "'", "«", "»", "import Mathlib", "open Nat", " in ",
        "variable", "namespace A", "end", "section", "let", "have", "&lt;", "\u200b", "\r\n", "#",
        "#eval 1", "noncomputable ", "axiom a : False", "·", "∀ n, n = n", "\0", "\ud800", ".", "|",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_statement_or_a_reason(text: str) -> None:
    for take in (
        lambda: extract(text, header="import A", name="t"),
        lambda: extract_proof(text, KNOWN),
    ):
        try:
            take()
        except ExtractionError as error:
            assert error.reason in Reason


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_what_is_extracted_is_read_again_as_the_same(text: str) -> None:
    try:
        statement = statement_of(f"```lean4\n{text}\n```")
    except ExtractionError:
        return
    again = read_statement(statement.source())
    assert (again.name, again.binders, again.conclusion) == (
        statement.name,
        statement.binders,
        statement.conclusion,
    )


@pytest.mark.parametrize(
    "piece",
    ["```\n", "`", "~", "```\n`x", '"\\', '"', "«", "(", "(]", "[(", "{⟨", "@[", "open ",
     "open x\n", "x in ", "theorem t ", "theorem t : 1 = 1 := by sorry\n", "def d := sorry\n",
     "/-", "<think>", "</think>", " ", "\n", ":= sorry ", "by\n", "&lt;", "\n \n", "private ",
     "\nimport A"],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "```lean\n{}", "theorem t : 1 = 1 := by\n{}"])
def test_a_long_text_made_to_be_slow_is_answered_in_time(piece: str, frame: str) -> None:
    text = frame.format(piece * (20_000 // len(piece)))
    for take in (extract, lambda text: extract_proof(text, KNOWN)):
        with suppress(ExtractionError):
            take(text)


PROVED = Statement("t", "", ("(n : Nat)",), "n + 0 = n")


@pytest.mark.lean
@pytest.mark.parametrize(
    "completion",
    [
        "  rfl\n```",
        "  have h : n + 0 = n := by\n    rfl\n  exact h\n```\n\nThis is clear.",
        "rfl",
        "by rfl",
        ":= by\n  rfl",
        ":= rfl",
        "The proof:\n```lean4\nby\n  rfl\n```",
        "```lean4\ntheorem t (n : Nat) : n + 0 = n := by\n  rfl\n```",
        "<think>```lean4\ntheorem t (n : Nat) : n + 0 = n := by\n  skip\n```</think>\n"
        "```lean4\ntheorem helper (n : Nat) : n + 0 = n := rfl\n\n"
        "theorem t (n : Nat) : n + 0 = n := helper n\n```\nSo\n```lean4\n#check t\n```",
        "```tactics\nskip\n```\nTherefore:\n\ntheorem t (n : Nat) : n + 0 = n := by\n  rfl",
    ],
)
def test_a_proof_is_taken_from_whatever_the_prover_wrote(pool: Pool, completion: str) -> None:
    source = extract_proof(completion, PROVED)
    outcome = pool.check(Item("proof", source, reference=PROVED.source()))
    assert outcome.verdict is Verdict.PROVED, outcome.errors


def test_a_proof_that_restates_the_theorem_gets_its_header() -> None:
    statement = Statement("t", "import Mathlib\nopen Nat", (), "1 = 1")
    source = extract_proof("```lean4\ntheorem t : 1 = 1 := by rfl\n```", statement)
    assert source == "import Mathlib\nopen Nat\n\ntheorem t : 1 = 1 := by rfl\n"


@pytest.mark.parametrize("completion", ["", "```lean4\n```", "by\n```", "<think></think>"])
def test_no_proof_is_refused(completion: str) -> None:
    with pytest.raises(ExtractionError):
        extract_proof(completion, PROVED)


@pytest.mark.shared
def test_every_real_statement_comes_back_from_a_fence(shared_data: Path) -> None:
    lines = (shared_data / "formal_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    sources = [json.loads(line)["formal"] for line in lines]
    refused: Counter[Reason] = Counter()
    for source in sources:
        expected = read_statement(source)
        try:
            found = extract(f"<think>hm</think>\nHere:\n```lean4\n{source}\n```\nDone.").statement
        except ExtractionError as error:
            refused[error.reason] += 1
            continue
        assert found.name == expected.name
        assert (found.binders, found.conclusion) == (expected.binders, expected.conclusion)
    assert refused == {Reason.VARIABLES: 139, Reason.ASSUMES: 3}


@pytest.mark.shared
def test_answers_that_others_tested_their_extraction_with(shared_data: Path) -> None:
    path = shared_data / "checker" / "answer_extraction_cases.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        asked = read_statement(case["prompt"].split("```lean4\n")[1].split("```")[0] + " sorry")
        if "```" not in case["model_answer"]:
            with pytest.raises(ExtractionError) as error:
                extract(case["model_answer"])
            assert error.value.reason == Reason.NO_LEAN
            continue
        found = extract(case["model_answer"], name=asked.name).statement
        assert " ".join(found.source().split()) == " ".join(asked.source().split())
        assert asked.name in extract_proof(case["model_answer"], asked)
