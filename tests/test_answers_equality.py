r"""What holds for the equality of any two texts, and how equality is shown."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numina_lean.answers import equality as equality_module
from numina_lean.answers.equality import equal, equality
from numina_lean.answers.integer import integer

SHOWN = {
    "exact": [
        (r"\frac12", "0.5"), ("x = 3", "3"), (r"\{1,2\}", r"\{2,1\}"), ("1011_2", "11"),
    ],
    "numeric": [("0.333333", r"\frac13"), (r"\sqrt8", r"2\sqrt2"), ("3.14159", r"\pi")],
    "symbolic": [
        ("(x+1)^2", "x^2+2x+1"), ("2x+2y=4", "x+y=2"), (r"(0,1)\cup[1,2)", "(0,2)"),
        (r"\prod_{k=1}^{3} k", "6"),
    ],
}  # fmt: skip

HOSTILE = [
    "(" * 3000, "{" * 3000, r"\{" * 1500, "[" * 1500 + "]" * 1500, "-" * 3000, "x" + "!" * 3000,
    "x" + "^x" * 1500, "1" + "/1" * 1500, "9" * 3990, "9" * 3000 + "!", r"\frac" * 700,
    r"\sqrt{" * 600 + "2" + "}" * 600, "*".join(["2^{19999}"] * 390), "A." * 1900, "(A)" * 1300,
    "+".join(f"1/{n}^{{2000}}" for n in range(1001, 1300)), r"\text{" * 600 + "a" + "}" * 600,
    r"\begin{pmatrix}" * 200, "|" * 3000, "x=" * 1500 + "1", "1<" * 1500 + "2", r"\pm 1" * 700,
    "½" * 3000, "²" * 3000, "⑳" * 3000, "\x00" * 3000, "\ud800", "1e999999999", "1/0", "0^0",
    r"\frac{0}{0}", r"\infty-\infty", r"0\cdot\infty", r"\log 0", r"\log_1 5", r"\gcd(0,0)",
    r"\max()", "9" * 3000 + "_2", r"0.\overline{" + "3" * 3900 + "}", "5" * 100_000,
    "__import__('os')._exit(1)",
]  # fmt: skip

numbers = st.one_of(
    st.integers(-1000, 10**7).map(str),
    st.decimals(-100, 100, places=3).map(str),
    st.sampled_from([r"\pi", "e", "i", r"\infty", "x", "y", "n", "A", "B", r"\alpha", "12_5"]),
)
signs = st.sampled_from(["+", "-", r"\cdot ", "/", "=", ",", " ", r"\pm ", "^", r"\cup ", "<"])
latex = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: rf"\frac{{{pair[0]}}}{{{pair[1]}}}"),
        st.tuples(inner, signs, inner).map("".join),
        inner.map(lambda text: rf"\sqrt{{{text}}}"),
        inner.map(lambda text: rf"\left({text}\right)"),
        inner.map(lambda text: rf"\{{{text}\}}"),
        inner.map(lambda text: rf"[{text})"),
        inner.map(lambda text: rf"\text{{(B)}}\ {text}"),
        inner.map(lambda text: rf"{text}\text{{ cm}}"),
        inner.map(lambda text: rf"{text}\%"),
        inner.map(lambda text: rf"\begin{{pmatrix}}{text}\\1\end{{pmatrix}}"),
        inner.map(lambda text: rf"\sin {text}"),
    ),
    max_leaves=4,
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=40), st.text(r"\{}()[]^_,.|=<>$%0123456789abcdefxyz ", max_size=40)
)


@pytest.mark.parametrize("stage", SHOWN)
def test_equality_says_how_it_was_shown(stage: str) -> None:
    assert [equality(one, other) for one, other in SHOWN[stage]] == [stage] * len(SHOWN[stage])


@settings(max_examples=300, deadline=None)
@given(one=st.one_of(latex, texts), other=st.one_of(latex, texts))
def test_arithmetic_is_symmetric_and_reflexive_and_never_raises(one: str, other: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equality_module, "prove", lambda one, other: None)
        equality_module._equality.cache_clear()
        assert equality(one, other) == equality(other, one)
        assert equality(one, one) == "exact"
        assert equality(one, f" {one} ") is not None or not one.strip()
        value = integer(one)
        assert value is None or equality(one, str(value)) is not None
    equality_module._equality.cache_clear()


@settings(max_examples=40, deadline=None)
@given(one=latex, other=latex)
def test_all_stages_are_symmetric_and_reflexive_and_never_raise(one: str, other: str) -> None:
    assert equality(one, other) == equality(other, one)
    assert equality(one, one) == "exact"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_equal_to_itself_and_not_to_a_number(text: str) -> None:
    assert equality(text, text) == "exact"
    assert equality(text, "17") is None
    assert equality("17", text) is None


def test_many_threads_may_ask_at_once() -> None:
    pairs = [(rf"\sqrt{{{n * n * 2}}}", rf"{n}\sqrt2") for n in range(3, 15)]
    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(lambda pair: equal(*pair), pairs))
    assert threading.active_count() < 20


def test_the_package_loads_no_computer_algebra_and_leaves_no_process() -> None:
    program = """
import subprocess, sys
import numina_lean.answers.equality, numina_lean.answers.extract, numina_lean.answers.integer
from numina_lean.answers import prover
assert not {"sympy", "mpmath", "math_verify", "latex2sympy2_extended"} & set(sys.modules)
from numina_lean.answers.equality import equality
assert prover._prover._idle == []
assert equality("(x+3)^2", "x^2+6x+9") == "symbolic"
assert "sympy" not in sys.modules
print(prover._prover._idle[0].pid)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)
