"""What the report says, that hostile text stays text in it, and how two runs are compared."""

import base64
import importlib.util
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evaluations import solution, write_run
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.errors import InputError
from numina_lean.evaluate.compare import SuiteComparison, compare
from numina_lean.evaluate.findings import Findings, findings
from numina_lean.evaluate.folder import read_evaluation
from numina_lean.evaluate.markup import Markup, document, element
from numina_lean.evaluate.page import comparison_page, evaluation_page
from numina_lean.evaluate.report import write_evaluation
from numina_lean.solve.procedure import Procedure

HOSTILE = (
    '</td></table><script>alert(1)</script><img src=http://x.y/z onerror=alert(1)>\x1b[2J&amp;"'
)


class Page(HTMLParser):
    """The elements of a page with their attributes, its text, and whether all are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def checked(html: str) -> Page:
    """The page, which is whole, runs nothing and names nothing outside itself."""
    page = Page(html)
    assert page.open == []
    tags = Counter(tag for tag, _ in page.elements)
    assert not tags.keys() & {"script", "link", "iframe", "object", "embed", "form", "a", "base"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("src") or "data:").startswith("data:")
        assert "href" not in attributes
    return page


def only(folder: Path) -> Findings:
    (found,) = [findings(run) for run in read_evaluation(folder)]
    return found


def test_the_report_has_both_rules_side_by_side(tmp_path: Path) -> None:
    seeds = {
        seed: [
            solution(["7", "7", "8", "7"], id="plain"),
            solution(["21126", "21126", "476", None], "2112_6", id="numeral"),
        ]
        for seed in (42, 43)
    }
    found = only(write_run(tmp_path, seeds))
    assert {rule: each.problems for rule, each in found.scores.items()} == {
        "strict": ("plain",),
        "literal": ("plain", "numeral"),
    }
    assert found.scores["strict"].vote.mean == found.scores["literal"].vote.mean == 1.0
    assert found.scores["literal"].sample.mean == pytest.approx((0.75 + 0.5) / 2)
    assert any("1 answers are no integers as they stand" in note for note in found.notes)
    assert any("published set has 83 rows, rows.jsonl has 2" in note for note in found.notes)
    assert found.endings == {"answered": 0.875, "no_answer": 0.125}


def test_the_files_say_the_same_and_json_can_be_read(tmp_path: Path) -> None:
    seeds = {
        s: [solution(["7", "8", "7"], id="a"), solution(["8", "8", "7"], id="b")] for s in (1, 2)
    }
    write_evaluation(tmp_path, [only(write_run(tmp_path, seeds))])
    record = json.loads((tmp_path / "report.json").read_text())
    (suite,) = record["suites"]
    strict = suite["rules"]["strict"]
    assert (suite["suite"], suite["seeds"], strict["problems"]) == ("amc", [1, 2], 2)
    assert strict["vote"]["mean"] == 0.5
    assert strict["maj"]["1"]["mean"] == pytest.approx(strict["sample"]["mean"]) == 0.5
    assert strict["pass"]["3"]["mean"] == 1.0
    assert [each["share"]["strict"] for each in suite["problems"]] == pytest.approx([2 / 3, 1 / 3])
    page = checked((tmp_path / "report.html").read_text())
    for said in ("50.0% ± 0.0%", "maj@k and pass@k, strict (2 problems)", "7 × 2, 8 × 1", "right"):
        assert said in page.text


def test_hostile_text_is_text_in_the_page(tmp_path: Path) -> None:
    procedure = Procedure(samples=2, answer_mode="general")
    bad = solution([HOSTILE, "\ud800"], HOSTILE, id=HOSTILE, text=HOSTILE * 3, procedure=procedure)
    other = solution(["1", "2"], "3", id=HOSTILE, text=HOSTILE * 3, procedure=procedure)
    folder = write_run(tmp_path / "a", {1: [bad]}, suite="gsm8k", note=HOSTILE)
    write_evaluation(folder, [only(folder)])
    page = checked((folder / "report.html").read_text(encoding="utf-8"))
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text
    changed = write_run(tmp_path / "b", {1: [other]}, suite="gsm8k", note="b" + HOSTILE)
    with pytest.raises(InputError, match="no problem in common"):
        compare(read_evaluation(folder), read_evaluation(changed))
    again = write_run(tmp_path / "c", {1: [bad]}, suite="gsm8k", note="b" + HOSTILE)
    html = comparison_page(compare(read_evaluation(folder), read_evaluation(again)), HOSTILE, "c")
    assert "<script>alert(1)</script>" in checked(html).text


@given(st.text(st.characters(codec=None)) | st.text("<>&\"'\x00\x1b\ud800/scriptp=", min_size=1))
def test_whatever_a_text_is_the_page_has_the_same_elements(text: str) -> None:
    html = document("t", "", element("p", text, title=text))
    html.encode()
    page = Page(html)
    kept = [tag for tag, _ in page.elements if tag != "meta"]
    assert kept == ["html", "head", "title", "style", "body", "p"]
    assert page.open == []
    if text.isprintable():
        ((_, attributes),) = [each for each in page.elements if each[0] == "p"]
        assert attributes == {"title": text}
        assert "".join(page.texts).strip("\n").removeprefix("t") == text


def test_only_markup_is_not_escaped() -> None:
    inner = element("b", "<")
    assert element("p", inner, "<b>", [1, None, ("&",)]) == "<p><b>&lt;</b>&lt;b&gt;1&amp;</p>"
    assert isinstance(inner, Markup)


def test_the_pictures_are_whole_and_in_the_page(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    seeds = {s: [solution(["7", "8", "7", None], id="a")] for s in (1, 2, 3)}
    page = checked(evaluation_page([only(write_run(tmp_path, seeds))]))
    pictures = [attributes for tag, attributes in page.elements if tag == "img"]
    assert len(pictures) == 3
    for each in pictures:
        _, data = (each["src"] or "").split(";base64,")
        root = ElementTree.fromstring(base64.b64decode(data))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert each["alt"]
    assert "pass@k" in base64.b64decode((pictures[1]["src"] or "").split(",")[1]).decode()


def test_without_matplotlib_there_are_tables_and_a_word_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *a: None if name == "matplotlib" else real(name, *a),
    )
    page = checked(evaluation_page([only(write_run(tmp_path, {1: [solution(["7"])]}))]))
    assert "pip install 'numina-lean[plots]'" in page.text
    assert "100.0%" in page.text
    assert not [tag for tag, _ in page.elements if tag == "img"]


def test_what_a_reader_must_know_is_in_the_notes(tmp_path: Path) -> None:
    few = Procedure(samples=4, modulus=None)
    seeds = {
        1: [
            solution(["7", "7"], id="a", procedure=few),
            solution(["8"] * 4, id="b", procedure=few),
        ],
        2: [solution(["7", "8"], id="a", procedure=few)],
    }
    found = only(write_run(tmp_path, seeds, samples=4))
    notes = " ".join(found.notes)
    assert "1 of 2 problems are not finished with every seed" in notes
    assert "Curves end at k = 2" in notes
    assert "All votes came to the same" in notes
    assert "One seed" not in notes
    assert "One seed" in " ".join(only(write_run(tmp_path / "one", {1: seeds[1]})).notes)


def test_seeds_without_a_common_problem_give_no_figure_and_say_so(tmp_path: Path) -> None:
    seeds = {1: [solution(["7"], id="a")], 2: [solution(["7"], id="b")]}
    found = only(write_run(tmp_path, seeds))
    assert found.scores == {}
    assert "nothing to average" in " ".join(found.notes)
    checked(evaluation_page([found]))


# Two runs


def runs(tmp_path: Path, a: str, b: str, seeds: int = 1) -> tuple[SuiteComparison, ...]:
    """Runs over len(a) problems, of which those marked `+` are right."""

    def folder(name: str, marks: str) -> Path:
        found = [
            solution(["7" if mark == "+" else "8"] * 3, id=f"p{i}") for i, mark in enumerate(marks)
        ]
        return write_run(tmp_path / name, dict.fromkeys(range(1, seeds + 1), found), run=name)

    return compare(read_evaluation(folder("a", a)), read_evaluation(folder("b", b)))


def test_a_change_on_many_problems_is_real(tmp_path: Path) -> None:
    (suite,) = runs(tmp_path, "-" * 12 + "+" * 8, "+" * 11 + "-" + "+" * 7 + "-")
    strict = suite.rules[0]
    assert (strict.a, strict.b) == (0.4, 0.9)
    assert strict.difference == pytest.approx(0.5)
    assert (len(strict.wins), [each.id for each in strict.losses]) == (11, ["p19"])
    assert strict.p == pytest.approx(strict.by_seed[1].p) == pytest.approx(26 / 4096)
    assert strict.verdict == "better"
    assert strict.interval.low > 0
    assert "run: a in A, b in B." in suite.notes


def test_a_change_on_few_is_not_shown_and_none_is_none(tmp_path: Path) -> None:
    (suite,) = runs(tmp_path, "++--", "+++-")
    assert suite.rules[0].verdict == "not shown"
    assert suite.rules[0].p == 1.0
    (same,) = runs(tmp_path / "same", "++--", "++--")
    assert (same.rules[0].difference, same.rules[0].p) == (0.0, 1.0)


def test_more_seeds_of_the_same_problems_are_no_more_problems(tmp_path: Path) -> None:
    (one,) = runs(tmp_path / "one", "+++-----", "++++++--")
    (many,) = runs(tmp_path / "many", "+++-----", "++++++--", seeds=5)
    assert many.rules[0].p == one.rules[0].p
    assert many.rules[0].interval == one.rules[0].interval


def test_problems_that_differ_are_left_out_and_told(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", {1: [solution(["7"], id="x"), solution(["7"], id="y")]})
    b = write_run(
        tmp_path / "b",
        {1: [solution(["7"], id="x"), solution(["7"], id="y", text="another"),
             solution(["7"], id="z")]},
    )  # fmt: skip
    (suite,) = compare(read_evaluation(a), read_evaluation(b))
    assert [each.problems for each in suite.rules] == [1, 1]
    assert "1 problems are in B only." in suite.notes
    assert any(note.startswith("1 problems have another text") for note in suite.notes)


def test_runs_of_other_suites_are_not_compared(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", {1: [solution(["7"])]})
    b = write_run(tmp_path / "b", {1: [solution(["7"])]}, suite="aime")
    with pytest.raises(InputError, match="A has amc, B has aime"):
        compare(read_evaluation(a), read_evaluation(b))


# The command on folders that are there


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["evaluate", *arguments])
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


def test_a_report_is_made_anew_from_a_folder(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", {1: [solution(["7", "8", "7"])]})
    code, out, _ = invoke("--report", str(folder))
    assert code == 0
    assert "100.0%" in out
    checked((folder / "report.html").read_text())
    code, out, _ = invoke("--report", str(folder), "--format", "json")
    assert json.loads(out) == json.loads((folder / "report.json").read_text())


def test_two_folders_are_compared_and_it_is_written_where_asked(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", {1: [solution(["8"], id=f"p{i}") for i in range(8)]})
    b = write_run(tmp_path / "b", {1: [solution(["7"], id=f"p{i}") for i in range(8)]})
    code, out, _ = invoke("--compare", str(a), str(b), "--output", str(tmp_path / "c"))
    assert code == 0
    assert "B is better (p = 0.0078)" in out
    record = json.loads((tmp_path / "c" / "comparison.json").read_text())
    assert record["suites"][0]["rules"][0]["verdict"] == "better"
    assert "B is better" in checked((tmp_path / "c" / "comparison.html").read_text()).text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "pass one of --suite"),
        (["--suite", "amc", "--report", "x"], "pass one of --suite"),
        (["--suite", "amc"], "needs --model"),
        (["--suite", "imo", "--model", "replay:x", "--output", "o"], "there is no such suite"),
        (["--suite", "amc", "--model", "replay:x", "--output", "o", "--seeds", "a"], "--seeds a"),
        (["--suite", "amc", "--model", "replay:x", "--output", "o", "--data", "none.jsonl"],
         "none.jsonl"),
        (["--suite", "amc", "--suite", "aime", "--model", "replay:x", "--output", "o", "--data",
          "f.jsonl"], "amc=FILE"),
        (["--suite", "amc", "--model", "replay:x", "--output", "o", "--data", "a.jsonl", "--data",
          "amc=b.jsonl"], "already"),
        (["--report", "nowhere"], "no evaluation with solutions"),
        (["--compare", "nowhere", "x"], "nowhere: no evaluation"),
    ],
)  # fmt: skip
def test_bad_usage_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = invoke(*arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


def test_a_damaged_manifest_is_told_in_one_line(tmp_path: Path) -> None:
    folder = write_run(tmp_path, {1: [solution(["7"])]})
    (folder / "amc" / "suite.json").write_text('{"suite": 3}')
    code, _, err = invoke("--report", str(folder))
    assert code == 2
    assert "suite.json: damaged (" in err
