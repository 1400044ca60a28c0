"""`numina-lean build cot` as a user runs it, on sources and a recording of our own."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from replays import Scripted
from typer.testing import CliRunner, Result

from numina_lean.build.cot.build import CotPlan, Part, build_cot
from numina_lean.build.cot.sources import source_of
from numina_lean.build.run import BuildRun
from numina_lean.cli import app
from numina_lean.models.model import Prompt
from numina_lean.models.record import Recorder

MATH = [
    {"problem": f"What is ${n} + {n}$?", "solution": f"It is $\\boxed{{{2 * n}}}$."}
    for n in range(1, 7)
]
PAPERS = [
    {"id": "zh", "problem": "求 $6 \\cdot 7$ 的值是多少?", "solution": "得到 $\\boxed{42}$。",
     "answer": "42"},
    {"id": "missing", "problem": "What is $5 \\cdot 5$?", "answer": "25"},
    {"id": "wrong", "problem": "What is $3 \\cdot 3$?", "solution": "By tables: 9.", "answer": "9"},
    {"id": "proof", "problem": "Prove that $a=a$.", "solution": "Equality is reflexive."},
    {"id": "nothing", "problem": "What is it?"},
]  # fmt: skip
LISTING = """\
sources:
  - {source: math, path: MATH}
  - {source: cn_k12, path: [papers.jsonl]}
  - {source: synthetic_math, path: MATH, samples: 2}
"""


def said(prompt: Prompt, sample: int) -> str:
    """What the model says: all is well, but for `3 · 3`, which it never gets right."""
    system, asked = prompt.messages[0].content, prompt.messages[-1].content
    if "into English" in system:
        return "<problem>What is $6 \\cdot 7$?</problem>\n<solution>It is $\\boxed{42}$.</solution>"
    if "new competition problems" in system:
        first = int(re.search(r"What is \$(\d+)", asked)[1])  # type: ignore[index]
        n = 100 * first + sample
        return f"<problem>What is ${n} + 1$?</problem><solution>$\\boxed{{{n + 1}}}$</solution>"
    if "a=a" in asked:
        return "<solution>By reflexivity. ■</solution>"
    known = {"6 \\cdot 7": "42", "5 \\cdot 5": "25", "3 \\cdot 3": str(10 + sample)}
    (answer,) = [value for text, value in known.items() if text in asked]
    return f"<solution>We multiply: $\\boxed{{{answer}}}$.</solution>"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "MATH").mkdir()
    for at, row in enumerate(MATH):
        (folder / "MATH" / f"{at}.json").write_text(json.dumps(row))
    lines = "".join(f"{json.dumps(row)}\n" for row in PAPERS)
    (folder / "papers.jsonl").write_text(lines)
    (folder / "all.yaml").write_text(LISTING)
    return folder


@pytest.fixture(scope="module")
def recording(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `said` says in a whole build, in `replay:`'s form."""
    folder = tmp_path_factory.mktemp("recording")
    plan = CotPlan((
        Part(source_of("math"), (sources / "MATH",)),
        Part(source_of("cn_k12"), (sources / "papers.jsonl",)),
        Part(source_of("synthetic_math"), (sources / "MATH",), 2),
    ))  # fmt: skip
    recorder = Recorder(Scripted(said), folder / "said.jsonl")
    with BuildRun(folder / "out", "cot", plan.settings(), plan.paths) as run_:
        asyncio.run(build_cot(run_, plan, recorder))
    asyncio.run(recorder.close())
    return folder / "said.jsonl"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["build", "cot", *arguments])


def command(sources: Path, recording: Path, output: Path) -> list[str]:
    return [
        str(sources / "all.yaml"), "--model", f"replay:{recording}", "--output", str(output),
        "--test", "3", "--shard-rows", "4",
    ]  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """All that a build leaves, by name, but for its own state."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".state" not in path.parts
    }


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def built(sources: Path, recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("built") / "cot"
    done = run(*command(sources, recording, output))
    assert done.exit_code == 0, done.output
    assert "18 train, 3 test" in done.stdout
    return output


def test_the_data_set_opens_in_datasets_with_the_published_columns(
    built: Path, tmp_path: Path
) -> None:
    from datasets import load_dataset

    data = load_dataset(str(built), cache_dir=str(tmp_path))
    assert {split: len(rows) for split, rows in data.items()} == {"train": 18, "test": 3}
    assert data["train"].column_names == ["source", "problem", "solution", "messages"]
    for row in data["train"]:
        assert row["messages"] == [
            {"role": "user", "content": row["problem"]},
            {"role": "assistant", "content": row["solution"]},
        ]
    details = load_dataset(str(built), "details", cache_dir=str(tmp_path))
    assert details["train"]["source"][:] == data["train"]["source"][:]
    shards = [path.name for path in sorted((built / "data").iterdir())]
    assert shards == ["test-00000-of-00001.parquet"] + [
        f"train-{number:05d}-of-00005.parquet" for number in range(5)
    ]


def test_what_the_model_wrote_is_kept_only_where_it_has_the_reference(built: Path) -> None:
    known = {
        row["id"]: row
        for split in ("train", "test")
        for row in pq.read_table(built / "details" / f"{split}.parquet").to_pylist()
    }
    assert known["cn_k12/zh"]["stages"] == ["translate:1", "realign:1"]
    assert known["cn_k12/missing"]["stages"] == ["solve:1"]
    assert (known["cn_k12/proof"]["checked"], known["cn_k12/zh"]["checked"]) == ("proof", "matched")
    synthetic = [row for row in known.values() if row["source"] == "synthetic_math"]
    assert len(synthetic) == 12
    assert {row["checked"] for row in synthetic} == {"unchecked"}
    assert {row["seed"] for row in synthetic} == {
        row["id"].replace("math/", "synthetic_math/", 1)
        for row in known.values() if row["source"] == "math"
    }  # fmt: skip
    lost = {row["id"]: row for row in lines(built / "rejected.jsonl")}
    assert (lost["cn_k12/wrong"]["stage"], lost["cn_k12/wrong"]["reason"]) == (
        "realign", "wrong_answer",
    )  # fmt: skip
    assert [row["reason"] for row in lost.values()] == ["no_solution", "wrong_answer"]


def test_the_card_counts_each_source_beside_what_was_published(built: Path) -> None:
    card = (built / "README.md").read_text(encoding="utf-8")
    assert "| math | 6 | 7,478 | 6 | 0 | 0 |" in card
    assert "| cn_k12 | 3 | 276,591 | 2 | 0 | 1 |" in card
    assert "| synthetic_math | 12 | 167,895 | 0 | 12 | 0 |" in card
    assert "| all | 21 | 859,608 | 8 | 12 | 1 |" in card
    assert "olympiads_ref" not in card
    manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    assert [stage["stage"] for stage in manifest["stages"]] == [
        "read", "vary", "translate", "solve", "realign", "box", "check",
    ]  # fmt: skip
    assert {Path(each["path"]).name for each in manifest["inputs"]} == {"MATH", "papers.jsonl"}
    assert {each["path"] for each in manifest["outputs"]} == set(contents(built)) - {
        "manifest.json", "rejected.jsonl", "review.jsonl",
    }  # fmt: skip


def test_the_same_command_goes_on_after_a_kill_and_comes_to_the_same(
    built: Path, sources: Path, recording: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "cot"
    code = "from numina_lean.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "build", "cot", *command(sources, recording, killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = killed / ".state" / "vary.jsonl"
    while process.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with journal.open("a") as stream:
        stream.write('{"n": 20, "kept": tr')  # as if it was killed while it wrote
    assert run(*command(sources, recording, killed)).exit_code == 0
    assert contents(killed) == contents(built)


def test_a_row_the_model_does_not_answer_for_is_left_for_another_run(
    built: Path, sources: Path, recording: Path, tmp_path: Path
) -> None:
    output, missing, half = tmp_path / "cot", tmp_path / "missing.jsonl", tmp_path / "half.jsonl"
    half.write_text("".join(recording.read_text().splitlines(keepends=True)[::2]))
    first = run(*command(sources, half, output), "--missing", str(missing))
    assert first.exit_code == 1
    assert "left for another run" in first.stdout
    assert missing.stat().st_size
    half.write_bytes(recording.read_bytes())
    assert run(*command(sources, half, output)).exit_code == 0
    kept = contents(output)
    for name, content in contents(built).items():
        if name not in ("manifest.json", "README.md"):  # they name the recording
            assert kept[name] == content, name


def test_a_build_without_a_model_keeps_what_needs_none(sources: Path, tmp_path: Path) -> None:
    done = run(str(sources / "all.yaml"), "--output", str(tmp_path / "cot"), "--format", "json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sources"] == {"cn_k12 matched": 1, "cn_k12 proof": 1, "math matched": 6}
    lost = lines(tmp_path / "cot" / "rejected.jsonl")
    assert [row["reason"] for row in lost].count("no_model") == 12 + 2


def test_what_a_tiny_model_writes_is_filtered_out(sources: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from tiny_model import save_tiny_model

    torch.set_num_threads(1)
    model = save_tiny_model(tmp_path / "tiny")
    config = json.loads((model / "config.json").read_text())
    config["max_position_embeddings"] = 4096  # our instructions are longer than its context
    (model / "config.json").write_text(json.dumps(config))
    done = run(
        str(sources / "papers.jsonl"), "--source", "cn_k12", "--model", f"hf:{model}",
        "--model-option", "device=cpu", "--tries", "2", "--max-tokens", "8",
        "--output", str(tmp_path / "cot"),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    lost = lines(tmp_path / "cot" / "rejected.jsonl")
    assert {row["id"] for row in lost} == {
        f"cn_k12/{row['id']}" for row in PAPERS
    }  # fmt: skip
    assert {row["reason"] for row in lost} <= {"cut_off", "malformed", "no_solution"}
    said = lines(tmp_path / "cot" / "completions.jsonl")
    assert len(said) == 2 * 4
    assert all(row["text"] for row in said)


@pytest.mark.parametrize(
    ("arguments", "listing", "message"),
    [
        (["MATH"], None, "of which source?"),
        (["MATH", "--source", "mathematics"], None, "no source 'mathematics'"),
        (["nowhere", "--source", "math"], None, "no such file or folder"),
        (["x.yaml", "--source", "math"], "sources: []", "names its sources itself"),
        (["x.yaml"], "sources: []", "no list `sources`"),
        (["x.yaml"], "a: [", "not YAML"),
        (["x.yaml"], "sources: [{source: math}]", "`path` is no path"),
        (["x.yaml"], "sources: [{source: math, path: a, sample: 2}]", "unknown sample"),
        (["x.yaml"], "sources: [{source: math, path: a, samples: 0}]", "not a number from 1"),
    ],
)
def test_what_cannot_be_built_is_said_in_a_line(
    arguments: list[str], listing: str | None, message: str, tmp_path: Path
) -> None:
    (tmp_path / "MATH").mkdir()
    if listing is not None:
        (tmp_path / "x.yaml").write_text(listing)
    done = run(
        str(tmp_path / arguments[0]), *arguments[1:], "--output", str(tmp_path / "out"),
    )  # fmt: skip
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("build", [("cot", "--source", "cn_k12"), ("v1.5",)], ids=lambda b: b[0])
def test_an_input_without_a_row_that_can_be_read_is_said_to_be_wrong(
    build: tuple[str, ...], tmp_path: Path
) -> None:
    rows, output = tmp_path / "rows.jsonl", tmp_path / "out"
    rows.write_text('{"text": "no problem"}\n')
    what, *more = build
    done = CliRunner().invoke(app, ["build", what, str(rows), *more, "--output", str(output)])
    assert done.exit_code == 2
    assert "no row of the input could be read" in done.stderr
    assert (output / "rejected.jsonl").read_text().count("\n") == 1


@pytest.mark.shared
def test_real_rows_of_math_and_gsm8k_go_through_the_whole_command(
    shared_data: Path, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in (shared_data / "informal_dev.jsonl").open()]
    math = [row for row in rows if row["source"] == "math"][:200]
    gsm8k = [row for row in rows if row["source"] == "gsm8k"]
    for row in math:
        path = (tmp_path / row["id"]).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"problem": row["problem"], "solution": row["solution"]}))
    (tmp_path / "gsm8k.jsonl").write_text(
        "".join(
            json.dumps({"question": row["problem"], "answer": row["solution"]}) + "\n"
            for row in gsm8k
        )
    )
    (tmp_path / "all.yaml").write_text(
        "sources: [{source: math, path: math}, {source: gsm8k, path: gsm8k.jsonl}]"
    )
    done = run(str(tmp_path / "all.yaml"), "--output", str(tmp_path / "cot"), "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["sources"] == {"gsm8k matched": 300, "math matched": 200}
    table = pq.read_table(tmp_path / "cot" / "data").to_pylist()
    texts = {row["problem"]: row["solution"] for row in table}
    for row in math:
        assert texts[row["problem"].strip()] == row["solution"].strip()
    for row in gsm8k:
        solution = texts[row["problem"].strip()]
        assert "<<" not in solution and "####" not in solution
        assert solution.replace(",", "").endswith(f"$\\boxed{{{row['answer']}}}$.")
