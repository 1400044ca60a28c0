"""How long `numina-lean select` takes over 100,000 rows, in how much memory, and what it finds.

Makes a parquet file of problems in NuminaMath-1.5 form and runs the command on it in a process of
its own. The problems come from templates filled with random numbers and names, so that most of
them are like hundreds of others and differ in numbers only: those must be kept. 2 % repeat another
row word for word, 5 % repeat one in another spelling and wording; each of these is labelled. What
is rejected as a repetition is compared with the labels.

    python benchmarks/select_rate.py [--rows N] [--seed N] [--keep FOLDER]

Bars: 60 s and 2 GB for 100,000 rows. Does not cover: how alike repetitions in real collections are.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

EXACT_SHARE = 0.02
NEAR_SHARE = 0.05

NAMES = ("Anna", "Boris", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hiroshi", "Ines", "Jamal")
THINGS = ("apples", "stamps", "marbles", "books", "coins", "stickers", "shells", "pencils")
LETTERS = "abcdkmnpqrst"
SOURCES = {
    "olympiads": 40,
    "aops_forum": 20,
    "cn_contest": 15,
    "amc_aime": 10,
    "inequalities": 5,
    "number_theory": 5,
    "olympiads_ref": 5,
}

TEMPLATES = (
    r"Find all positive integers $n$ such that $n^2 + {a}n + {b}$ is divisible by {c}.",
    r"Let ${x}$ and ${y}$ be real numbers with ${x} + {y} = {a}$ and ${x}{y} = {b}$. "
    r"Compute the value of ${x}^2 + {y}^2$.",
    r"{name} has {a} {thing} and gives {b} of them to {other}. Then {other} gives half of the "
    r"{thing} that {other} holds to {name}. How many {thing} does {name} have if {other} had {c} "
    r"{thing} at the beginning?",
    r"Determine the number of ordered pairs $({x}, {y})$ of positive integers such that "
    r"$\frac{{1}}{{{x}}} + \frac{{1}}{{{y}}} = \frac{{1}}{{{a}}}$ and ${x} \le {b}$.",
    r"In triangle $ABC$ the side $AB$ has length {a}, the side $BC$ has length {b}, and the angle "
    r"at $B$ measures ${c}^\circ$. Find the area of the triangle.",
    r"Let $P(x) = x^3 - {a}x^2 + {b}x - {c}$ have roots ${x}$, ${y}$ and ${z}$. Evaluate "
    r"${x}^3 + {y}^3 + {z}^3$.",
    r"What is the remainder when ${a}^{{{b}}}$ is divided by ${c}$?",
    r"Prove that for all positive real numbers ${x}, {y}, {z}$ with ${x} + {y} + {z} = {a}$ "
    r"we have ${x}^2 + {y}^2 + {z}^2 \ge \frac{{{b}}}{{{c}}}$ when ${x}{y}{z} \le {d}$.",
    r"A sequence is defined by $a_1 = {a}$, $a_2 = {b}$ and $a_{{n+2}} = {c}a_{{n+1}} - a_n$ for "
    r"all $n \geq 1$. Find the last two digits of $a_{{{d}}}$.",
    r"How many subsets of $\{{1, 2, 3, \ldots, {a}\}}$ have exactly {b} elements and a sum that is "
    r"divisible by {c}?",
    r"{name} writes the numbers from {a} to {b} on a board. In each step {other} erases two of "
    r"them and writes their difference. For which {c} can the last number be ${d}$?",
    r"Show that the equation ${x}^2 - {a}{y}^2 = {b}$ has no solution in integers ${x}, {y}$ other "
    r"than those with $|{x}| < {c}$, whenever {y} is a multiple of {d}.",
    r"Two circles of radius ${a}$ and ${b}$ are tangent externally. A common tangent touches them "
    r"at $P$ and $Q$. Determine the length of $PQ$ in terms of ${x}$ if the distance to the third "
    r"circle of radius {c} equals ${d}{x}$.",
    r"Given that $f({x}) = {a}{x} + {b}$ and $g({x}) = {c}{x}^2 - {d}$, solve for ${x}$: "
    r"$f(g({x})) = g(f({x}))$.",
    r"Find the smallest positive integer $N$ that leaves remainder {a} on division by {b} and "
    r"remainder {c} on division by {d}.",
)

EXTRA = (
    "Give your answer as an integer.",
    "Justify your answer.",
    "Here all variables are assumed to be integers unless stated otherwise.",
    "It is known that {name} proposed this for the {thing} round of the contest.",
    "Two solutions that differ only in the order of their parts count as the same for {other}.",
    "The {thing} mentioned by {name} play no role here.",
)
"""Sentences added to half of the problems, so that lengths vary."""

Edit = Callable[[str], str]

EDITS: tuple[Edit, ...] = (
    lambda text: text.replace(r"\frac", r"\dfrac"),
    lambda text: text.replace(r"\le ", r"\leq ").replace(r"\geq ", r"\ge "),
    lambda text: re.sub(r"\$([^$]*)\$", r"\\(\1\\)", text),
    lambda text: text.replace("Find ", "Determine ").replace("Compute ", "Calculate "),
    lambda text: text.replace(" such that ", " so that "),
    lambda text: text.replace("Let ", "Suppose that "),
    lambda text: f"Problem {len(text) % 17 + 1}. {text}",
    lambda text: f"({len(text) % 9 + 1} points) {text}",
    lambda text: f"{text} Please explain.",
    lambda text: text.replace(". ", ".\n\n").replace(" = ", "="),
    lambda text: text.replace("How many", "Find how many"),
    lambda text: text.replace(" with ", ", where "),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A problem, and the number of the row it repeats, None if it repeats none."""

    text: str
    source: str
    repeats: int | None
    near: bool = False


def original(rng: random.Random) -> str:
    x, y, z = rng.sample(LETTERS, 3)
    name, other = rng.sample(NAMES, 2)
    words = {"x": x, "y": y, "z": z, "name": name, "other": other, "thing": rng.choice(THINGS)}
    numbers = {letter: rng.randint(2, 999) for letter in "abcd"}
    extra = " " + rng.choice(EXTRA) if rng.random() < 0.5 else ""
    return (rng.choice(TEMPLATES) + extra).format(**words, **numbers)


def make_rows(count: int, seed: int) -> list[Row]:
    """Originals that are all different, among them labelled repetitions of earlier rows."""
    rng = random.Random(seed)
    rows: list[Row] = []
    seen: set[str] = set()
    originals: list[int] = []
    while len(rows) < count:
        source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        kind = rng.random()
        if originals and kind < EXACT_SHARE + NEAR_SHARE:
            of = rng.choice(originals)
            text = rows[of].text
            if kind >= EXACT_SHARE:
                for edit in rng.sample(EDITS, 3):
                    text = edit(text)
            rows.append(Row(text, source, of, near=text != rows[of].text))
        else:
            text = original(rng)
            if text not in seen:
                seen.add(text)
                originals.append(len(rows))
                rows.append(Row(text, source, None))
    return rows


def write(rows: list[Row], path: Path, seed: int) -> None:
    rng = random.Random(seed + 1)
    table = {
        "id": [f"row-{number}" for number in range(len(rows))],
        "problem": [row.text for row in rows],
        "solution": ["We argue as follows. " * rng.randint(5, 80) for _ in rows],
        "answer": [str(rng.randint(0, 999)) for _ in rows],
        "problem_type": ["Algebra" for _ in rows],
        "question_type": ["math-word-problem" for _ in rows],
        "source": [row.source for row in rows],
        "synthetic": [False for _ in rows],
        "problem_is_valid": ["Yes" for _ in rows],
        "solution_is_valid": ["Yes" for _ in rows],
    }
    pq.write_table(pa.table(table), path, row_group_size=10_000)


def measure(command: list[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds, and the peak of the process's resident memory in MB."""
    started = time.perf_counter()
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    processor = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - started, processor, usage.ru_maxrss * unit / 1e6


def groups(rows: list[Row]) -> list[int]:
    """For each row the original of its group: of a group one row is to be kept, whichever."""
    return [number if row.repeats is None else row.repeats for number, row in enumerate(rows)]


def report(rows: list[Row], folder: Path) -> None:
    """Recall by kind, and precision: whether what was rejected is in a group with what is kept."""
    rejected = pq.read_table(folder / "rejected" / "rejected.parquet").to_pylist()
    pairs = {
        each["row"] - 1: each["repeats_row"] - 1
        for each in rejected
        if each["reason"] in ("duplicate", "near_duplicate")
    }
    group = groups(rows)
    right = {row for row, kept in pairs.items() if group[row] == group[kept]}
    labelled = [number for number, row in enumerate(rows) if row.repeats is not None]
    # Of a group, any member may be the one that is kept, so that a group of k has k - 1 to find.
    for name, near in (("exact", False), ("near", True)):
        of = [number for number in labelled if rows[number].near is near]
        found = sum(number in right or rows[number].repeats in right for number in of)
        print(f"{name:>6}: {len(of)} repetitions, recall {found / max(1, len(of)):.4f}")
    print(f"{len(pairs)} rejected as repetitions, precision {len(right) / max(1, len(pairs)):.4f}")
    for row in sorted(set(pairs) - right)[:5]:
        print(f"  wrong: {rows[row].text!r}\n     for {rows[pairs[row]].text!r}")
    missed = [n for n in labelled if n not in right and rows[n].repeats not in right]
    for number in missed[:5]:
        of = rows[number].repeats
        print(f"  missed: {rows[number].text!r}\n      of {rows[of or 0].text!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave the input and the plan in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = make_rows(options.rows, options.seed)
        source, output = folder / "rows.parquet", folder / "selection"
        write(rows, source, options.seed)
        command = [sys.executable, "-m", "numina_lean", "select", str(source)]
        command += ["--output", str(output), "--target", str(options.rows // 10)]
        seconds, processor, megabytes = measure(command)
        print(
            f"{options.rows} rows: {seconds:.1f} s ({processor:.1f} s of one processor), "
            f"peak {megabytes:.0f} MB"
        )
        report(rows, output)


if __name__ == "__main__":
    main()
