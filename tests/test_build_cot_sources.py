"""Each source in the form in which it really comes, on texts of our own."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.build.cot.adapters import read_source
from numina_lean.build.cot.ending import asks_for_proof, with_box, with_qed
from numina_lean.build.cot.forum import Post, bbcode_text, best_reply, latex_symbols
from numina_lean.build.cot.html_text import html_sections, html_text
from numina_lean.build.cot.orca import found_answer
from numina_lean.build.cot.row import CotRow
from numina_lean.build.cot.sources import SOURCES, source_of
from numina_lean.build.cot.wiki import candidates
from numina_lean.build.cot.wikitext import wikitext_sections
from numina_lean.build.stage import Rejected
from numina_lean.errors import InputError


def read(source: str, path: Path, samples: int = 1) -> list[CotRow | Rejected]:
    return list(read_source(source_of(source), path, samples))


def write(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def rows(found: list[CotRow | Rejected]) -> list[CotRow]:
    return [row for row in found if isinstance(row, CotRow)]


def reasons(found: list[CotRow | Rejected]) -> list[str]:
    return [row.reason for row in found if isinstance(row, Rejected)]


def test_the_counts_of_the_nine_sources_are_those_of_the_card() -> None:
    published = [each.published for each in SOURCES.values() if each.release == "cot"]
    assert (len(published), sum(published)) == (9, 859_608)
    assert sum(each.release == "1.5" for each in SOURCES.values()) == 4


def test_math_is_a_folder_with_a_file_a_problem(tmp_path: Path) -> None:
    problem = {"problem": "What is $1+1$?", "level": "Level 1", "type": "Algebra"}
    write(tmp_path / "train/algebra/2.json", problem | {"solution": r"It is $\boxed{2}$."})
    write(tmp_path / "train/algebra/10.json", problem | {"solution": "It is two."})
    (tmp_path / "train/algebra/3.json").write_text("{")
    (tmp_path / "train/algebra/4.json").write_bytes(b"\xff")
    (tmp_path / ".DS_Store").write_text("x")
    found = read("math", tmp_path)
    (row,) = rows(found)
    assert (row.id, row.answer, row.given) == ("math/train/algebra/2", "2", False)
    assert sorted(reasons(found)) == ["no_answer", "unreadable", "unreadable"]


def test_a_folder_without_a_file_of_the_form_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file to read.*\.jsonl"):
        read("math", tmp_path)
    with pytest.raises(InputError, match="no page of the wiki"):
        read("amc_aime", tmp_path)
    with pytest.raises(InputError, match="there are: cn_k12, synthetic_math"):
        source_of("metamath")


def test_gsm8k_loses_its_notes_and_tells_its_answer(tmp_path: Path) -> None:
    path = write(
        tmp_path / "train.jsonl",
        {"question": "Ann has 3 pens and buys 4. How many?", "answer":
            "She has 3+4=<<3+4=7>>7 pens.\nThat is $<<7>>7.\n#### 7"},
        {"question": "And 1,000 more?", "answer": "It is <<1000+7=1007>>1007.\n#### 1,007"},
        {"question": "Broken?", "answer": "There is no last line."},
        {"answer": "#### 3"},
    )  # fmt: skip
    found = read("gsm8k", path)
    first, second = rows(found)
    assert first.solution == "She has 3+4=7 pens.\nThat is $7.\n#### 7"
    assert (first.answer, first.given, second.answer) == ("7", True, "1,007")
    assert reasons(found) == ["no_answer", "no_problem"]


@pytest.mark.parametrize(
    ("solution", "answer"),
    [
        ("Add them: 3 + 4 = 7.\n\nTherefore, Ann has 7 pens.", "7"),
        ("So the total cost is $1,250.50.", "1250.50"),
        ("He drove 60 miles in 2 hours, so his speed was 30 miles per hour.", "30"),
        ("Then x = 4 * 5 = 20", "20"),
        ("The share of red balls is 25%.", "25\\%"),
        ("Therefore, each gets \\frac{3}{4} of a cake.", "\\frac{3}{4}"),
        ("Multiply by 3.\n\nThe answer is 12.", "12"),
        ("So it is \\boxed{5} after 3 steps.", "5"),
        ("Therefore, Jim has the smallest number.", None),
        ("So between 3 and 4 people came.", None),
        ("", None),
    ],
)
def test_the_answer_of_orca_math_is_found_or_left(solution: str, answer: str | None) -> None:
    assert found_answer(solution) == answer


def test_orca_math_is_boxed_where_its_answer_is_found(tmp_path: Path) -> None:
    path = write(
        tmp_path / "orca.jsonl",
        {"question": "How many pens?", "answer": "Therefore, Ann has 7 pens."},
        {"question": "Who?", "answer": "Therefore, it is Jim."},
        {"question": "Empty?", "answer": " "},
    )
    found = read("orca_math", path)
    (row,) = rows(found)
    assert row.solution == "Therefore, Ann has 7 pens.\nThe answer is $\\boxed{7}$."
    assert (row.answer, row.given) == ("7", False)
    assert reasons(found) == ["no_answer", "no_solution"]


def thread(topic: int, *posts: str) -> dict[str, object]:
    return {
        "topic_id": topic, "category_id": 4,
        "posts_data": [
            {"post_id": 100 * topic + at, "post_number": at, "post_canonical": text}
            for at, text in enumerate(posts, 1)
        ],
    }  # fmt: skip


def test_of_a_thread_the_worked_reply_with_most_latex_is_the_solution(tmp_path: Path) -> None:
    path = tmp_path / "threads.json"
    path.write_text(
        json.dumps([
            thread(
                7, "Find $x$ with $x^2=4$, $x>0$.", r"$\frac{\sqrt{16}}{2}\cdot\alpha\beta\gamma$",
                r"[hide=Short]$\boxed{2}$[/hide]",
                "[quote=bob]$\\boxed{3}$ is it[/quote]\n"
                r"[b]We[/b] have $\sqrt{4}=2$, so $\boxed{2}$.",
                r"I agree, $\boxed{2}$!",
            ),
            {"response": {"topic": thread(8, "Show that $2\\mid n^2+n$.", "nice",
                                          "It is $n(n+1)$. ■", r"By cases. $\blacksquare$")}},
            thread(9, "What is it?", "bump", "up"),
            {"posts_data": []},
            17,
        ])
    )  # fmt: skip
    found = read("aops_forum", path)
    value, proof = rows(found)
    assert value.solution == r"We have $\sqrt{4}=2$, so $\boxed{2}$."
    assert (value.id, value.answer, value.origin) == (
        "aops_forum/7", "2", "threads.json:1, post 4",
    )  # fmt: skip
    assert proof.solution == r"By cases. $\blacksquare$"
    assert (proof.proof, proof.answer) == (True, None)
    assert reasons(found) == ["no_worked_reply", "no_problem", "unreadable"]


def test_a_post_in_html_is_read_where_there_is_no_bbcode(tmp_path: Path) -> None:
    html = '<p>We get <img class="latexcenter" alt="$\\boxed{5}$" src="a.png"> &amp; stop.</p>'
    posts = [{"post_canonical": "How many?"}, {"post_rendered": html}]
    (row,) = rows(read("aops_forum", write(tmp_path / "a.jsonl", {"posts": posts})))
    assert row.solution == r"We get $\boxed{5}$ & stop."


def test_of_replies_with_as_much_latex_the_earliest_is_taken() -> None:
    posts = [Post(2, r"$\boxed{1}$"), Post(3, r"$\boxed{2}$"), Post(4, r"$\alpha\beta\gamma$")]
    assert best_reply(posts) == posts[0]
    assert best_reply([posts[2], Post(5, r"\boxed{}")]) is None
    assert latex_symbols(r"a_1 \cdot b and $\frac{a_1}{b^2} \cdot \{$ [asy]x_1[/asy]") == 6


def test_bbcode_goes_and_formulas_stay() -> None:
    text = (
        "[quote=a][quote=b]old[/quote]older[/quote][size=150]Let[/size] $A=[b]$, "
        r"\[i\] and [i]this[/i].[list][*]one[*]two[/list][img]http://x/y.png[/img]"
        "[url=http://z]there[/url] [0,1]"
    )
    assert bbcode_text(text) == (
        "Let $A=[b]$, \\[i\\] and this.- one- two![](http://x/y.png)there [0,1]"
    )


WIKITEXT = r"""{{duplicate|[[2031 AMC 12A Problems|2031 AMC 12A #3]]{{nested}}}}
==Problem==
What is <math>6\cdot 7</math>? [[Image:Box.png|thumb]]
<asy>draw((0,0)--(1,1));</asy>
<math>\textbf{(A) } 41 \qquad \textbf{(B) } 42 \qquad \textbf{(C) } 43</math>

== Video Solution ==
https://youtu.be/x ~someone <math>\boxed{1}</math>

== Solution 1 ==
Multiply<!-- hidden -->; it is '''obvious'''.

== Solution 2 (Counting) ==
Count with [[mathematical induction|induction]]:
=== Case 1 ===
<cmath>6\cdot 7=42</cmath> so <math>\boxed{\textbf{(B) } 42}</math>. &lt;
~WRITER

~minor edits by EDITOR

== Solution 3 ==
<math>\boxed{\textbf{(C)}}</math>

==See also==
{{AMC12 box|year=2031}}
[[Category:Introductory Algebra Problems]]
"""


def test_of_a_wiki_page_the_first_solution_with_a_box_is_taken(tmp_path: Path) -> None:
    (tmp_path / "2031_AMC_12A_Problems").mkdir()
    (tmp_path / "2031_AMC_12A_Problems" / "Problem_3.wiki").write_text(WIKITEXT)
    (row,) = rows(read("amc_aime", tmp_path))
    assert row.id == "amc_aime/2031_AMC_12A_Problems/Problem_3"
    assert row.problem == (
        "What is $6\\cdot 7$? ![](Box.png)\n[asy]draw((0,0)--(1,1));[/asy]\n"
        "$\\textbf{(A) } 41 \\qquad \\textbf{(B) } 42 \\qquad \\textbf{(C) } 43$"
    )
    assert row.solution == (
        "Count with induction:\n\n\\[6\\cdot 7=42\\] so $\\boxed{\\textbf{(B) } 42}$. <"
    )
    assert (row.answer, row.images) == (r"\textbf{(B) } 42", ("Box.png",))


HTML = r"""<html><head><title>x</title><style>h2 {}</style></head><body>
<div id="toc" class="toc"><h2>Contents</h2><ul><li>Problem</li></ul></div>
<h2><span class="mw-headline" id="Problem">Problem</span><span class="mw-editsection">[edit]</span>
</h2><p>Find <img src="//l.png" class="latex" alt="$x$" width="1"> with
<img src="//m.png" class="latexcenter" alt="\[x+1=3\]"></p>
<h2><span class="mw-headline" id="Solution_1">Solution 1</span></h2><p>Easy.</p>
<h2><span class="mw-headline" id="Solution_2">Solution 2</span></h2>
<p>It is <img class="latex" alt="$\boxed{002}$" src="//n.png">.<br>-author</p>
<h2><span class="mw-headline">See Also</span></h2><script>var a = "<h2>Problem</h2>";</script>
</body></html>"""


def test_a_page_in_html_and_answers_of_the_api_are_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML)
    revision = {"slots": {"main": {"*": WIKITEXT}}}
    write(
        tmp_path / "pages.jsonl",
        {"parse": {"title": "A/Problem 3", "wikitext": {"*": WIKITEXT}}},
        {"query": {"pages": {"5": {"title": "B/Problem 3", "revisions": [revision]}}}},
        {"title": "C", "html": HTML},
        {"title": "D", "wikitext": "#REDIRECT [[A/Problem 3]]"},
        {"title": "E", "wikitext": "==Problem==\nWhat?\n==Solution==\nNo box."},
        {"title": "F", "wikitext": "nothing"},
        {"error": {"code": "missingtitle"}},
    )
    found = read("amc_aime", tmp_path)
    page, first, second, third = rows(found)
    assert page.problem.split() == ["Find", "$x$", "with", "\\[x+1=3\\]"]
    assert page.solution == r"It is $\boxed{002}$."
    assert [row.id.removeprefix("amc_aime/") for row in (page, first, second, third)] == [
        "page", "A/Problem_3", "B/Problem_3", "C",
    ]  # fmt: skip
    assert (page.answer, third.problem) == ("002", page.problem)
    assert reasons(found) == ["redirect", "no_boxed_solution", "no_problem", "unreadable"]


def test_what_stands_below_a_solution_is_part_of_it_only_if_it_is_deeper() -> None:
    sections = wikitext_sections("==Solution==\na\n===Lemma===\nb\n==Remark==\nc\n===x===\nd")
    assert candidates(sections) == ["a\n\nb"]


def test_papers_come_as_segments_and_books_as_pairs(tmp_path: Path) -> None:
    segment = {
        "number": "3", "problem": "求 $1+1$.", "solution": None, "answer": "2", "language": "zh",
        "page": 1, "confidence": 0.9, "reasons": [], "images": ["p1.png"],
        "paper": "/papers/2031/final.pdf",
    }  # fmt: skip
    path = write(
        tmp_path / "segments.jsonl",
        segment,
        segment | {"answer": None},
        segment | {"problem": " "},
        {"id": "book/1", "problem": "Prove that $a^2 \\ge 0$.", "solution": "Squares are.",
         "answer": "proof"},
        {"problem": "Find $x$.", "solution": "So $x=\\boxed{4}$.", "answer": "notfound"},
    )  # fmt: skip
    write(tmp_path / "review.jsonl", segment | {"problem": "not to be read"})
    (tmp_path / "manifest.json").write_text("{}")
    assert read("cn_k12", tmp_path) == read("cn_k12", path)
    found = read("cn_k12", path)
    first, proof, boxed = rows(found)
    assert first.id == "cn_k12/2031/final/3"
    assert (first.solution, first.answer, first.given, first.images) == ("", "2", True, ("p1.png",))
    assert (proof.id, proof.proof, proof.answer) == ("cn_k12/book/1", True, None)
    assert (boxed.answer, boxed.given) == ("4", False)
    assert reasons(found) == ["no_solution", "no_problem"]


def test_a_seed_gives_as_many_rows_as_are_wanted_and_no_answer(tmp_path: Path) -> None:
    problem = {"problem": "What is $1+1$?", "solution": r"$\boxed{2}$"}
    found = rows(read("synthetic_math", write(tmp_path / "a.jsonl", problem), samples=3))
    assert [(row.variant, row.answer, row.seed) for row in found] == [
        (at, None, found[0].seed) for at in range(3)
    ]
    assert len({row.id for row in found}) == 3
    (tmp_path / "page.wiki").write_text(WIKITEXT)
    assert rows(read("synthetic_amc", tmp_path / "page.wiki"))[0].source == "synthetic_amc"


@given(st.text(alphabet="<>=[]{}/'\"&;!-#\\$ \nabhqmSolutionPrbem0123\0\ud800", max_size=200))
def test_no_text_breaks_the_readers_of_markup(text: str) -> None:
    wikitext_sections(text)
    html_sections(text)
    html_text(text)
    bbcode_text(text)
    latex_symbols(text)
    found_answer(text)


def test_lone_surrogates_and_nul_do_not_reach_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"problem": "a\\u0000 \\ud800 b\\r\\nc", "solution": "\\\\boxed{1}"}\n')
    (row,) = rows(read("math", path))
    assert row.problem == "a � b\nc"


@pytest.mark.parametrize(
    "piece",
    [
        "<math>", "[[File:", "[[", "[", "{{", "==a ", "<ref>", "<!--", "<!x", "<p ", "</math>",
        "&#", "[img]", "[attach]", "[quote ", "\\[", "[asy]", "$", "■ ", "is  ", "\n", " ", "= ",
        "1", "1,000", "#### ", "~a\n",
    ],
)  # fmt: skip
def test_no_repeated_piece_takes_the_readers_long(piece: str) -> None:
    """Each of these, not closed and 30,000 characters long, would hold up a careless pattern."""
    for text in (piece * (30_000 // len(piece)), f"x{' ' * 15_000}{piece}{' ' * 15_000}y"):
        wikitext_sections(text)
        candidates([*html_sections(text), *wikitext_sections(f"==Solution==\n{text}")])
        bbcode_text(text)
        latex_symbols(text)
        found_answer(text)
        with_box(text, "7")
        with_qed(text)
        asks_for_proof(text, text)
