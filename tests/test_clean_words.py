"""What `clean` compares rows by: tokens, words, signatures, and runs of words of test problems."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.clean.held_out import HeldOut, TestProblem
from numina_lean.clean.ragged import Ragged, digests, windows
from numina_lean.clean.signature import signatures
from numina_lean.clean.words import Reader, Texts
from numina_lean.problems.tokens import bare, decisive, tokens

LOREM = "lorem ipsum dolor sit amet elit sed do magna quis nostrud ex ea duis aute"
NONSENSE = LOREM.split()


def words_of(text: str) -> list[str]:
    read = Reader().read([text])
    size = read.words.hashes.values.size
    return read.words.text(0, size).split(" ") if size else []


def held(*texts: str, size: int = 10) -> HeldOut:
    return HeldOut([TestProblem("suite", str(at), text) for at, text in enumerate(texts)], size)


def read(*texts: str) -> Texts:
    return Reader().read(texts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"Let $x^2=9$. Find \(x\)!", "let x 2 9 find x"),
        (r"Problem 7. \left(\frac12\right) \sqrt{3.5}", r"1 2 \sqrt 3.5"),
        ("求所有n的值", "求 所 有 n 的 值"),
        ("Ｆind ２ non-negative roots", "find 2 non negative roots"),
        ("A [asy] draw((0,0)--(1,1)); [/asy] B", "a b"),
        ("", ""),
        ("$$ {} , .", ""),
        ("word", "word"),
    ],
    ids=["formula", "layout", "chinese", "wide", "drawing", "empty", "no words", "one word"],
)
def test_words_are_what_is_read_aloud(text: str, words: str) -> None:
    assert words_of(text) == words.split()


@pytest.mark.parametrize(
    "text",
    [
        r"Compute the largest $x$ with $\dfrac{x}{2}\le 1{,}000$ and non-negative $\sin x$.",
        "(5 points) Show that there are three even numbers; 1.5 of them are odd.",
    ],
    ids=["formula", "prose"],
)
def test_tokens_are_those_that_select_compares(text: str) -> None:
    found = read(text, " ".join(tokens(bare(text))))
    spelled = tokens(bare(text))
    assert found.tokens.lengths()[0] == len(spelled)
    assert int(found.decisive[: len(spelled)].sum()) == len(decisive(spelled))
    assert int(found.numbers[: len(spelled)].sum()) == sum(t[0].isdigit() for t in spelled)


def test_a_digest_is_of_the_tokens_in_their_order_whatever_the_spelling() -> None:
    same = [
        r"Find $\frac{a}{b}+2$.",
        r"Problem 3. Compute $ \dfrac{a}{b} + 2 $",
        r"find \frac a b + 2",
    ]
    others = [r"Find $\frac{b}{a}+2$.", r"Find $\frac{a}{b}-2$.", r"Find $\frac{a}{b}+20$.", "Find"]
    found = signatures(read(*same, *others)).digest.tolist()
    assert len(set(found[:3])) == 1
    assert len(set(found)) == 1 + len(others)


def test_rows_do_not_depend_on_those_beside_them() -> None:
    texts = ["", "one", "two words", "the 3 words", " ".join(NONSENSE), "", "求 n"]
    together = signatures(read(*texts))
    for at, text in enumerate(texts):
        alone = signatures(read(text))
        assert together.digest[at] == alone.digest[0]
        assert together.decisive[at] == alone.decisive[0]
        assert (together.bands()[at] == alone.bands()[0]).all()


@given(st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=8), st.integers(1, 4))
def test_windows_of_a_row_are_its_runs(rows: list[list[int]], size: int) -> None:
    starts = np.cumsum([0, *map(len, rows)])
    flat = np.array([value for row in rows for value in row], dtype=np.uint64)
    found, places = windows(Ragged(flat, starts), size)
    assert found.lengths().tolist() == [max(0, len(row) - size + 1) for row in rows]
    runs = [tuple(flat[place : place + size].tolist()) for place in places]
    assert len(set(zip(runs, found.values.tolist(), strict=True))) == len(set(runs))
    whole = digests(Ragged(flat, starts)).tolist()
    assert len(set(whole)) == len(set(map(tuple, rows)))


def brute_force(rows: list[list[str]], tests: list[list[str]], size: int) -> dict[int, int]:
    """Row to the number of its runs that a test problem has; a short one must be equal."""
    grams = {tuple(t[at : at + size]) for t in tests for at in range(len(t) - size + 1)}
    found = {
        number: sum(tuple(row[at : at + size]) in grams for at in range(len(row) - size + 1))
        for number, row in enumerate(rows)
    }
    short = [number for number, row in enumerate(rows) if 0 < len(row) < size and row in tests]
    return {row: count for row, count in found.items() if count} | dict.fromkeys(short, 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_runs_found_are_those_that_comparing_each_with_each_finds(seed: int, size: int) -> None:
    rng = random.Random(seed)
    texts = [[rng.choice("abcde") * 2 for _ in range(rng.randint(0, 7))] for _ in range(14)]
    tests, rows = texts[:5], texts[5:]
    found = list(held(*map(" ".join, tests), size=size).matches(read(*map(" ".join, rows)).words))
    assert {match.row: match.runs for match in found} == brute_force(rows, tests, size)
    for match in found:
        run = match.text.split()
        for of in (rows[match.row], tests[match.problem]):
            assert any(of[at : at + len(run)] == run for at in range(len(of)))


def test_nine_words_are_no_match_and_ten_are_across_lines_and_signs() -> None:
    test = " ".join(NONSENSE)
    nine, ten = " ".join(NONSENSE[2:11]), "$ " + ",\n ".join(NONSENSE[2:12]).upper()
    found = list(held(test).matches(read(f"x {nine} y", f"x {ten} y").words))
    assert [(match.row, match.runs) for match in found] == [(1, 1)]
    assert found[0].text == " ".join(NONSENSE[2:12])


def test_a_short_test_problem_matches_the_whole_row_only() -> None:
    found = held("What is $2+2$?").matches(read("what is 2+2", "And what is 2+2?").words)
    assert [match.row for match in found] == [0]


def test_without_test_problems_nothing_matches() -> None:
    texts = read("a", " ".join(NONSENSE))
    assert list(held().matches(texts.words)) == []
    assert not held().has_numbers_of(signatures(texts).number_set).any()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("$5$ of 3 cats, 3 dogs", True),
        ("three cats and five dogs", True),
        ("3 cats", False),
        ("3, 5 and 8", False),
        ("35 cats", False),
        ("no cats", False),
    ],
)
def test_rows_with_the_numbers_of_a_test_problem_are_candidates(text: str, same: bool) -> None:
    found = signatures(read("beside 5 it", text, "3")).number_set
    assert held("8 hens", "Of 5 cats 3 sleep.").has_numbers_of(found)[1] == same


def test_rows_that_are_near_share_a_band_and_those_with_other_numbers_do_not() -> None:
    rng = random.Random(1)
    bases = [[rng.choice(NONSENSE) + rng.choice("xyz") for _ in range(40)] for _ in range(60)]
    near = [[*base[:20], "quux", *base[20:]] for base in bases]
    other = [[*base[:20], "17", *base[20:]] for base in bases]
    found = signatures(read(*(" ".join(text) for text in [*bases, *near, *other]))).bands()
    shared = [bool((found[at] == found[at + 60]).any()) for at in range(60)]
    assert sum(shared) >= 59
    assert not any((found[at] == found[at + 120]).any() for at in range(60))
    assert not any((found[a] == found[b]).any() for a, b in combinations(range(60), 2))


@pytest.mark.parametrize(
    "text", ["x" * 10**6, "a b " * 250_000, "[[" * 10**5, "\0\x07 \u202e", "😀 é e\u0301"],
    ids=["one word", "many words", "brackets", "controls", "marks"],
)  # fmt: skip
def test_odd_texts_are_read(text: str) -> None:
    found = read(text, "next row")
    assert len(found.tokens) == 2
    assert signatures(found).digest[1] == signatures(read("next row")).digest[0]
    assert list(held("some test problem").matches(found.words)) == []
