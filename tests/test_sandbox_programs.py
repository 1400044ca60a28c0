"""What a program shows, how it ends, and what it finds: on a real sandbox."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numina_lean.errors import InputError
from numina_lean.sandbox.execution import Execution
from numina_lean.sandbox.limits import Limits
from numina_lean.sandbox.sandbox import Sandbox

STOPPED = "TimeoutError: stopped after 0.3 seconds\n"
LIMITS = Limits(memory_bytes=512 << 20, output_bytes=4000, cpu_seconds=2.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(jobs=1, limits=LIMITS) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("1 + 1", "2\n"),
        ("x = 3", ""),
        ("x = 3\nx", "3\n"),
        ("x = 3\nx;", ""),
        ("print('a')\n'b'", "a\n'b'\n"),
        ("print('a')", "a\n"),
        ("None", ""),
        ("", ""),
        ("# only a comment", ""),
        ("'a # b'", "'a # b'\n"),
        ("if True:\n    5", ""),
        ("for i in range(2):\n    print(i)", "0\n1\n"),
        ("1, 2", "(1, 2)\n"),
        ("(\n 1 +\n 2\n)", "3\n"),
        ("def f():\n    return 7\nf()", "7\n"),
        ("if __name__ == '__main__':\n    print('main')", "main\n"),
        ("import sympy as sp\nsp.sqrt(8)/3", "2*sqrt(2)/3\n"),
        ("from sympy import *\nx = Symbol('x')\nfactor(x**2 - 1)", "(x - 1)*(x + 1)\n"),
        ("import numpy as np\nnp.array([1, 2]) * 2", "array([2, 4])\n"),
        ("import networkx as nx\nnx.shortest_path(nx.path_graph(4), 0, 3)", "[0, 1, 2, 3]\n"),
        (
            "from scipy.optimize import brentq\nround(brentq(lambda x: x*x - 2, 0, 2), 6)",
            "1.414214\n",
        ),
        ("len(str(2 ** 100_000))", "30103\n"),
        ("x = 5\n_ = 1\nx", "5\n"),
        ("é = 'ü — ∑'\né", "'ü — ∑'\n"),
        ("import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A()))).__name__", "'A'\n"),
        ("import asyncio", ""),
        ("import sys\nsys.argv", "['']\n"),
        ("import threading\nt = threading.Thread(target=print, args=('t',))\nt.start()", "t\n"),
    ],
)
def test_it_shows_what_a_notebook_would(sandbox: Sandbox, code: str, output: str) -> None:
    execution = sandbox.run(code)
    assert (execution.output, execution.outcome) == (output, "ok")
    assert not execution.cut


def test_both_outputs_keep_their_order(sandbox: Sandbox) -> None:
    code = (
        "import os, sys\nprint('a', end='')\nprint('b', file=sys.stderr)\nprint('c')\n"
        "os.write(1, b'd\\n')\nprint('e', file=sys.stderr, end='')\n'f'"
    )
    assert sandbox.run(code).output == "ab\nc\nd\ne'f'\n"


def test_an_exception_is_shown_with_the_programs_own_lines_and_no_others(sandbox: Sandbox) -> None:
    code = "import sympy\ndef f(x):\n    return sympy.sqrt(x) / sympy.Symbol(x)\n\nf(3)"
    assert sandbox.run(code) == Execution(
        "Traceback (most recent call last):\n"
        '  File "<program>", line 5, in <module>\n    f(3)\n'
        '  File "<program>", line 3, in f\n    return sympy.sqrt(x) / sympy.Symbol(x)\n'
        "TypeError: name should be a string, not <class 'int'>\n",
        "error",
        pytest.approx(0, abs=60),
    )


def test_a_syntax_error_is_shown_with_its_line(sandbox: Sandbox) -> None:
    execution = sandbox.run("x = 1\ny = = 2\n")
    assert execution.outcome == "error"
    assert execution.output == (
        '  File "<program>", line 2\n    y = = 2\n        ^\nSyntaxError: invalid syntax\n'
    )


def test_what_was_printed_before_an_exception_stays(sandbox: Sandbox) -> None:
    output = sandbox.run("print('before')\n1/0").output
    assert output.startswith("before\nTraceback")
    assert output.endswith("\nZeroDivisionError: division by zero\n")


def test_causes_are_shown_and_long_stacks_are_folded(sandbox: Sandbox) -> None:
    caused = sandbox.run("try:\n    {}[1]\nexcept KeyError as e:\n    raise ValueError('v') from e")
    assert "KeyError: 1\n\nThe above exception was the direct cause" in caused.output
    assert caused.output.endswith("ValueError: v\n")
    deep = sandbox.run("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(500)")
    assert "more times]" in deep.output
    assert len(deep.output.splitlines()) < 30
    taking_turns = (
        "def f(n):\n    return g(n)\ndef g(n):\n    return f(n - 1) if n else 1 / 0\nf(200)"
    )
    assert "more calls]" in sandbox.run(taking_turns).output


@pytest.mark.parametrize(
    ("code", "outcome", "output"),
    [
        ("import sys\nprint('a')\nsys.exit()", "ok", "a\n"),
        ("exit(0)", "ok", ""),
        ("quit(3)", "error", ""),
        ("import sys\nsys.exit('why')", "error", "why\n"),
        ("raise SystemExit(True)", "error", ""),
        ("raise KeyboardInterrupt", "error", "KeyboardInterrupt\n"),
        ("input('How many? ')", "error", "EOFError: EOF when reading a line\n"),
        ("x = [0] * 10**10", "memory", "MemoryError\n"),
        ("import os\nos.abort()", "killed", "ended by SIGABRT\n"),
        ("print('kept')\nwhile True: pass", "timeout", f"kept\n{STOPPED}"),
        ("print('a', end='', flush=True)\nwhile True: pass", "timeout", f"a\n{STOPPED}"),
    ],
)
def test_it_ends_as_it_ends(sandbox: Sandbox, code: str, outcome: str, output: str) -> None:
    execution = sandbox.run(code, timeout=0.3 if outcome == "timeout" else None)
    assert execution.outcome == outcome
    assert execution.output.endswith(output)


def test_processor_time_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numina_lean.sandbox.place._LIBRARIES", ())
    threads = (
        "import hashlib, threading\ndef burn():\n    data = bytes(1 << 24)\n"
        "    while True: hashlib.sha256(data)\n"
        "for _ in range(2): threading.Thread(target=burn).start()"
    )
    with Sandbox(jobs=1, limits=Limits(seconds=60.0, cpu_seconds=0.5)) as strict:
        execution = strict.run(threads)
    assert execution.outcome == "timeout"
    assert "processor time" in execution.output
    assert execution.seconds < 30


def test_output_is_cut_in_the_middle_where_a_mark_says_how_much(sandbox: Sandbox) -> None:
    execution = sandbox.run("print('start')\nprint('x' * 10_000)\nraise ValueError('end')")
    assert execution.cut
    assert execution.output.startswith("start\nxxx")
    assert "bytes left out …]" in execution.output
    assert execution.output.endswith("ValueError: end\n")
    assert len(execution.output) < LIMITS.output_bytes + 100
    whole = sandbox.run("print('x' * 3999)")
    assert (whole.cut, whole.output) == (False, "x" * 3999 + "\n")


def test_the_preamble_runs_in_the_same_names_and_counts_no_lines(sandbox: Sandbox) -> None:
    assert sandbox.run("a + 1", preamble="a = 1").output == "2\n"
    assert 'File "<program>", line 1' in sandbox.run("a / 0", preamble="a = 1\n\n").output
    broken = sandbox.run("a", preamble="a = b")
    assert 'File "<preamble>", line 1' in broken.output
    assert broken.outcome == "error"


def test_each_program_starts_afresh(sandbox: Sandbox) -> None:
    sandbox.run("a = 1\nimport sympy\nsympy.pi = 4\nopen('kept', 'w').write('x')")
    code = "import os, sympy\nprint(os.listdir('.'), sympy.pi)\na"
    execution = sandbox.run(code)
    assert execution.output.startswith("[] pi\n")
    assert execution.output.endswith("NameError: name 'a' is not defined\n")


def test_it_may_write_to_its_folder(sandbox: Sandbox) -> None:
    code = (
        "import os, tempfile\nwith open('a', 'w') as f: print('text', file=f)\nos.mkdir('b')\n"
        "with tempfile.TemporaryDirectory() as t: open(t + '/x', 'w').close()\n"
        "os.rename('a', 'b/a')\nprint(open('b/a').read(), os.listdir('.'))"
    )
    assert sandbox.run(code).output == "text\n ['b']\n"


@pytest.mark.parametrize("source", ["random.random()", "np.random.random()", "np.random.rand(3)"])
def test_random_numbers_are_new_in_each_program(sandbox: Sandbox, source: str) -> None:
    code = f"import random, numpy as np\n{source}"
    assert sandbox.run(code).output != sandbox.run(code).output


def test_a_program_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    execution = sandbox.run("#" * (1 << 21))
    assert execution.outcome == "refused"
    assert "longer than" in execution.output


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_text_is_too_odd(sandbox: Sandbox, text: str) -> None:
    execution = sandbox.run(text, timeout=2.0)
    assert execution.outcome in ("ok", "error")
    said = sandbox.run(f"print({text!r})")
    assert said.outcome == "ok"


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"memory_bytes": 0}, {"threads": -1}])
def test_limits_that_let_nothing_run_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InputError, match="too small"):
        Limits(**limits)
    with pytest.raises(InputError, match="at least 1"):
        Sandbox(jobs=0)


def test_a_session_keeps_its_state(sandbox: Sandbox) -> None:
    with sandbox.session() as session:
        assert session.run("a = 1").output == ""
        assert session.run("a += 1\na").output == "2\n"
        assert session.run("_ + 1").output == "3\n"
        failed = session.run("b = a\n1/0")
        assert failed.outcome == "error"
        assert 'File "<program 4>", line 2' in failed.output
        assert session.run("b").output == "2\n"
        assert session.run("import sys\nsys.exit()").outcome == "ok"
        assert session.run("open('kept', 'w').close()\nx", preamble="x = 9").output == "9\n"
        assert session.run("import os\nos.listdir('.')").output == "['kept']\n"
    assert sandbox.run("import os\nos.listdir('.')").output == "[]\n"


def test_a_session_goes_on_afresh_after_a_program_that_had_no_end(sandbox: Sandbox) -> None:
    with sandbox.session() as session:
        session.run("a = 1")
        assert session.run("while True: pass", timeout=0.2).outcome == "timeout"
        assert session.run("a").output.endswith("NameError: name 'a' is not defined\n")
        session.run("a = 2")
        assert session.run("import os\nos._exit(5)").outcome == "error"
        assert session.run("'a' in globals()").output == "False\n"
        assert session.run("import os\nos.abort()").outcome == "killed"
        assert session.run("1").output == "1\n"
        assert session.run("x = [0] * 10**10").outcome == "memory"


def test_nothing_of_a_session_runs_between_its_programs(sandbox: Sandbox) -> None:
    count = (
        "import threading, time\nn = 0\ndef go():\n    global n\n    while True:\n"
        "        n += 1\n        time.sleep(0.001)\n"
        "threading.Thread(target=go, daemon=True).start()"
    )
    with sandbox.session() as session:
        session.run(count)
        before = int(session.run("n").output)
        import time

        time.sleep(0.5)
        assert int(session.run("n").output) - before < 200


def test_what_a_session_forges_is_its_own_affair(sandbox: Sandbox) -> None:
    forged = (
        "import os, signal\nos.write(3, b'\\0' * 100)\nos.kill(os.getpid(), signal.SIGSTOP)\n"
        "print('later')"
    )
    with sandbox.session() as session:
        assert session.run(forged).output == ""
        session.run("os.read(3, 10_000)", timeout=0.3)
        session.run("import os\nos.close(3)", timeout=0.3)
        session.run("1", timeout=0.3)
    assert sandbox.run("1").output == "1\n"


def test_a_session_that_is_closed_runs_nothing(sandbox: Sandbox) -> None:
    session = sandbox.session()
    session.close()
    session.close()
    with pytest.raises(RuntimeError):
        session.run("1")
