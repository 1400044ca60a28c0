"""The suites: what the Hub is asked for, rows of files, and which answers can be judged."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from numina_lean.errors import InputError
from numina_lean.evaluate.ballot import Reading, reads
from numina_lean.evaluate.suites import SUITES, rows_of, suite_named
from numina_lean.problems.read import FieldNames

FILES = {
    "amc": "validation_amc_2022_2023.jsonl",
    "aime": "validation_aime_2022_2023.jsonl",
    "math4": "validation_math_level4_int.jsonl",
    "math5": "validation_math_level5_int.jsonl",
}


def table(path: Path, *rows: dict[str, object] | str) -> str:
    path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows))
    return str(path)


@dataclass
class Hub:
    """In place of the package `datasets`: the rows it gives, and what it was asked for."""

    rows: dict[str | None, list[dict[str, object]]]
    asked: list[tuple[str, str | None, str]] = field(default_factory=list)

    def load_dataset(
        self, name: str, config: str | None = None, *, split: str, streaming: bool
    ) -> Iterator[dict[str, object]]:
        self.asked.append((name, config, split))
        return iter(self.rows[config])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    found = Hub({})
    module = ModuleType("datasets")
    module.load_dataset = found.load_dataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", module)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1")
    return found


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("amc", "AI-MO/aimo-validation-amc"),
        ("aime", "AI-MO/aimo-validation-aime"),
        ("math4", "AI-MO/aimo-validation-math-level-4"),
        ("math5", "AI-MO/aimo-validation-math-level-5"),
    ],
)
def test_the_aimo_sets_come_from_the_hub_with_numbers_as_they_are_there(
    hub: Hub, name: str, dataset: str
) -> None:
    hub.rows = {None: [{"id": 0, "problem": "How many?", "answer": 142.0}]}
    rows = rows_of(SUITES[name])
    assert hub.asked == [(dataset, None, "train")]
    assert [(each.id, each.answer) for each in rows.problems] == [("0", "142.0")]


def test_the_answers_of_gsm8k_are_taken_out_of_their_solutions(hub: Hub) -> None:
    hub.rows = {"main": [{"question": "How much?", "answer": "2 * 9 = <<2*9=18>>18\n#### 1,018"}]}
    rows = rows_of(SUITES["gsm8k"])
    assert hub.asked == [("openai/gsm8k", "main", "test")]
    assert [(each.problem, each.answer) for each in rows.problems] == [("How much?", "1,018")]


def test_math_is_seven_tables_whose_answers_are_in_their_boxes(hub: Hub) -> None:
    configs = SUITES["math"].configs
    hub.rows = {
        config: [{"problem": f"{config}?", "solution": rf"So $\boxed{{\frac{{{i}}}{{7}}}}$."}]
        for i, config in enumerate(configs)
    }
    rows = rows_of(SUITES["math"])
    assert [(name, split) for name, _, split in hub.asked] == [
        ("EleutherAI/hendrycks_math", "test")
    ] * 7
    assert len({each.id for each in rows.problems}) == 7
    assert rows.problems[2].answer == r"\frac{2}{7}"


def test_without_a_network_the_suite_asks_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="pass the file"):
        rows_of(SUITES["aime"])


def test_rows_that_cannot_be_judged_are_left_out_each_with_its_reason(tmp_path: Path) -> None:
    path = table(
        tmp_path / "rows.jsonl",
        {"id": "good", "problem": "a", "answer": "7"},
        "{half a row",
        {"id": "no answer", "problem": "b"},
        {"id": "half", "problem": "c", "answer": "\\frac12"},
        {"id": "good", "problem": "d", "answer": "8"},
        {"id": "proof", "problem": "e", "answer": "proof"},
        {"id": "list", "problem": ["f"], "answer": "1"},
        {"id": "numeral", "problem": "g", "answer": "2112_6"},
        {"id": "negative", "problem": "h", "answer": "-4"},
    )
    rows = rows_of(SUITES["amc"], path)
    assert rows.total == 9
    assert [each.id for each in rows.problems] == ["good", "numeral", "negative"]
    told = {each.id: each.detail for each in rows.broken}
    assert told["no answer"] == told["proof"] == "it has no answer to judge by"
    assert told["half"] == 'its answer "\\frac12" is not an integer'
    assert told["good"] == "another row has this id"
    assert len(told) == 6


def test_below_its_modulus_a_suite_has_no_negative_answer(tmp_path: Path) -> None:
    path = table(tmp_path / "rows.jsonl", {"id": "a", "problem": "a", "answer": "-4"})
    assert rows_of(SUITES["aime"], path).problems == ()


def test_the_columns_of_a_file_can_be_named(tmp_path: Path) -> None:
    path = table(tmp_path / "rows.jsonl", {"key": "a", "question": "b", "final": "3"})
    names = FieldNames(id="key", problem="question", answer="final")
    (found,) = rows_of(SUITES["amc"], path, names).problems
    assert (found.id, found.problem, found.answer) == ("a", "b", "3")


def test_an_unknown_suite_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="amc, aime, math4, math5, gsm8k, math"):
        suite_named("imo")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count", "strict"),
    [("amc", 83, 83), ("aime", 60, 60), ("math4", 754, 744), ("math5", 721, 719)],
)
def test_the_sets_have_their_rows_and_strict_integers(
    shared_data: Path, name: str, count: int, strict: int
) -> None:
    path = shared_data / FILES[name]
    suite = SUITES[name]
    rows = rows_of(suite, str(path))
    assert (rows.total, len(rows.problems), rows.broken) == (count, count, ())
    reading = Reading("strict", suite.modulus)
    kept = {each.id for each in rows.problems if reads(each.answer, reading)}
    assert len(kept) == strict
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert (row["id"] in kept) == row.get("strict_integer", True)
