"""How long `numina-lean clean` takes over 860,000 rows, in how much memory, and what it finds.

Makes a parquet file of rows (1 to 3 KB each: problem and solution) and 20,000 test problems, runs
the command in a process of its own, and compares the rows that went with what was planted:

exact     4 %  repeat a row, half of them word for word, half in another spelling
near      5 %  repeat a row with one to three words changed, left out or added
sibling   5 %  repeat a row with other numbers: other problems, which must stay
ngram     1 %  hold 10 to 25 words running of a test problem; those of an exempt source must stay

Then does the work of the first pass row by row in Python with `datasets.map` on a slice: tokens, a
sketch (rensa's, too), runs of ten words looked up in a set; and puts the rows of the slice one by
one into rensa's LSH. The ratio is of rows a second, of all stages against that.

    python benchmarks/clean_rate.py [--rows N] [--tests N] [--slice N] [--seed N] [--keep FOLDER]
        [--long]

`--long` makes the problems alone 1 to 3 KB. Bars: 15 minutes and 6 GB for 860,000 rows on 2 cores.

`--meaning` does none of that, but measures rows near in meaning: how many rows a second minilm
embeds, how many of 20 paraphrases of problems are nearer than 0.15 to them, and how many of these
the prefilter of `--embed-rows candidates` lets through; with `--against FILE --input FILE` also how
many of 512 rows of a real table it lets through, and of those that are near.

Does not cover: how alike repetitions in real collections are.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from numina_lean.problems.duplicates import NEAR as NEAR_BAR
from numina_lean.problems.fingerprint import fingerprint, similarity
from numina_lean.problems.tokens import bare, tokens

EXACT, NEAR, SIBLING, NGRAM = 0.04, 0.05, 0.05, 0.01
BATCH = 20_000
SOURCES = {
    "cn_k12": 276, "synthetic_math": 168, "orca_math": 153, "olympiads": 150, "synthetic_amc": 62,
    "aops_forum": 30, "math": 7, "gsm8k": 7, "amc_aime": 4,
}  # fmt: skip
EXEMPT = ("synthetic_math", "synthetic_amc", "math")
SYLLABLES = "ba ce di fo gu ha ki lo mu ne pra sto tri vel wor zan cho ple gri sla"
OPENINGS = (
    "Find all {w} {w} $n$ such that $n^2 + {n}n - {n}$ divides {w} {n}",
    r"Let ${v}$ and ${v}$ be {w} with ${v} + {v} = {n}$ and $\frac{{{n}}}{{{v}}} \le {n}$",
    "{W} has {n} {w} and gives {n} of the {w} to {W}",
    r"Determine the {w} of $x^{{{n}}} - {n}x + {n}$ over {w} {w}",
    "In triangle $ABC$ the {w} $AB = {n}$ meets {w} at distance {n}",
    r"What is the remainder when ${n}^{{{n}}} + {n}$ is {w} by {n}?",
    "Suppose that {W} draws {n} {w} from a {w} of {n}",
)
MIDDLES = (
    "The {w} of {w} {w} at {n} is {w} to {w}",
    "Each {w} {w} {w} exceeds {n} {w}, where {w} {w} holds",
    r"We know $f({v}) = {n}{v} + {n}$ for {w} {w}",
    "{W} {w} the {w} {w} {n} times, and {W} {w} it {w}",
    "No {w} {w} {w} with {w} {n} {w} {w}",
    r"A {w} {w} of $\sqrt{{{n}}}$ {w} {w} {w} {w}",
)
ENDINGS = (
    "Compute the {w} {w}.", "How many {w} {w} are there?", "Find the {w} of {w}.",
    "Prove that {w} {w} {w}.", "Determine {w} {w} {w}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A problem as its words, of which some are free to be edited (no number, no formula)."""

    words: list[str]

    def __str__(self) -> str:
        return " ".join(self.words)


class Writer:
    """Writes problems and solutions from templates and a vocabulary of pseudo-words."""

    def __init__(self, seed: int, long: bool) -> None:
        self.random = random.Random(seed)
        self._sentences = (10, 28) if long else (3, 9)
        syllables = SYLLABLES.split()
        pick = self.random.choice
        self._nouns = sorted({pick(syllables) + pick(syllables) + pick(syllables)
                              for _ in range(6000)})  # fmt: skip
        self._steps = [self._fill(self.random.choice(MIDDLES)) + "." for _ in range(20_000)]

    def problem(self) -> Text:
        pick = self.random.choice
        middle = [pick(MIDDLES) for _ in range(self.random.randint(*self._sentences))]
        sentences = [pick(OPENINGS), *middle]
        return Text(self._fill(". ".join(sentences) + ". " + pick(ENDINGS)).split(" "))

    def solution(self) -> str:
        steps = self.random.choices(self._steps, k=self.random.randint(12, 34))
        return " ".join(steps) + f" So the answer is $\\boxed{{{self.random.randint(0, 999)}}}$."

    def word(self) -> str:
        return self.random.choice(self._nouns)

    def _fill(self, template: str) -> str:
        words = self.random.choices
        parts = template.split("{w}")
        filled = "".join(
            part + word for part, word in zip(parts, [*words(self._nouns, k=len(parts) - 1), ""],
                                              strict=True)
        )  # fmt: skip
        for slot, values in (("{n}", None), ("{W}", self._nouns), ("{v}", "xyzabcdkmpq")):
            pieces = filled.split(slot)
            if len(pieces) == 1:
                continue
            if values is None:
                inserted = [str(self.random.randint(2, 9999)) for _ in pieces[1:]]
            else:
                inserted = words(values, k=len(pieces) - 1)
                inserted = [word.title() for word in inserted] if slot == "{W}" else inserted
            filled = "".join(a + b for a, b in zip(pieces, [*inserted, ""], strict=True))
        return filled.replace("{{", "{").replace("}}", "}")

    def respelled(self, text: Text) -> str:
        words = str(text)
        edit = self.random.randrange(4)
        if edit == 0:
            return f"Problem {self.random.randint(1, 40)}. {words}"
        if edit == 1:
            return words.replace(r"\frac", r"\dfrac").replace(r"\le ", r"\leq ") + "  "
        if edit == 2:
            return words.replace(". ", ".\n\n").replace("$", " $ ")
        return f"({self.random.randint(2, 9)} points) {words}"

    def edited(self, text: Text) -> str:
        words = list(text.words)
        for _ in range(self.random.randint(1, 3)):
            free = [at for at, word in enumerate(words) if word in self.free]
            if not free:
                break
            at = self.random.choice(free)
            kind = self.random.randrange(3)
            if kind == 0:
                words[at] = self.word()
            elif kind == 1:
                del words[at]
            else:
                words.insert(at, self.word())
        return " ".join(words)

    @property
    def free(self) -> frozenset[str]:
        """Words that may be edited without making another problem."""
        if not hasattr(self, "_free"):
            self._free = frozenset(self._nouns)
        return self._free

    def sibling(self, text: Text) -> str:
        words = [str(self.random.randint(2, 9999)) if word.isdigit() else word
                 for word in text.words]  # fmt: skip
        if words == text.words:
            words.append(f"Use {self.random.randint(2, 9999)}.")
        return " ".join(words)

    def contaminated(self, text: Text, test: list[str]) -> str:
        size = self.random.randint(10, 25)
        start = self.random.randrange(max(1, len(test) - size))
        at = self.random.randrange(len(text.words))
        run = test[start : start + size + 4]  # a few over: a lone sign is no word
        return " ".join([*text.words[:at], *run, *text.words[at:]])


SCHEMA = pa.schema([
    ("source", pa.string()), ("problem", pa.string()), ("solution", pa.string()),
    ("number", pa.int64()), ("plant", pa.string()), ("of", pa.int64()),
])  # fmt: skip


def make_tests(writer: Writer, count: int, path: Path) -> list[list[str]]:
    texts = [writer.problem() for _ in range(count)]
    rows = [{"id": f"test/{at}", "problem": str(text)} for at, text in enumerate(texts)]
    pq.write_table(pa.Table.from_pylist(rows), path)
    return [text.words for text in texts]


def make_rows(writer: Writer, count: int, tests: list[list[str]], path: Path) -> None:
    """Every planted row repeats one of the 4,000 plain rows last written, so that few are held."""
    plain: list[tuple[int, Text]] = []
    pick = writer.random
    sources = pick.choices(list(SOURCES), list(SOURCES.values()), k=count)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as out:
        for first in range(0, count, BATCH):
            rows = []
            for number in range(first, min(count, first + BATCH)):
                plant, of, text = "", number, ""
                draw = pick.random()
                if plain and draw < EXACT + NEAR + SIBLING:
                    of, original = pick.choice(plain)
                    if draw < EXACT:
                        plant = "exact"
                        text = str(original) if draw < EXACT / 2 else writer.respelled(original)
                    elif draw < EXACT + NEAR:
                        plant, text = "near", writer.edited(original)
                    else:
                        plant, text = "sibling", writer.sibling(original)
                elif draw > 1 - NGRAM:
                    plant, text = "ngram", writer.contaminated(writer.problem(), pick.choice(tests))
                else:
                    fresh = writer.problem()
                    text = str(fresh)
                    if len(plain) < 4000:
                        plain.append((number, fresh))
                    else:
                        plain[number % 4000] = (number, fresh)
                rows.append((sources[number], text, writer.solution(), number, plant, of))
            columns = [
                pa.array(list(column), field.type)
                for column, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)
            ]
            out.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))


class Memory:
    """A context manager: the most that a process and its children held, in bytes."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            try:
                tree = [self._process, *self._process.children(recursive=True)]
                self.peak = max(self.peak, sum(each.memory_info().rss for each in tree))
            except psutil.NoSuchProcess:
                continue


def run_clean(rows: Path, tests: Path, output: Path) -> tuple[float, int, dict[str, object]]:
    command = [sys.executable, "-m", "numina_lean", "clean", str(rows), "--against", str(tests),
               "--output", str(output)]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with Memory(process.pid) as memory:
        code = process.wait()
    if code:
        raise SystemExit(f"clean ended with {code}")
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    return time.perf_counter() - start, memory.peak, manifest


def alike(rows: Path, pairs: list[tuple[int, int]]) -> int:
    """How many of the pairs of rows are near-duplicates by the exact similarity."""
    if not pairs:
        return 0
    texts = pq.read_table(rows, columns=["problem"])["problem"]
    return sum(
        similarity(fingerprint(texts[one].as_py()), fingerprint(texts[other].as_py())) >= NEAR_BAR
        for one, other in pairs
    )


def judge(rows: Path, output: Path) -> None:
    """Compare what went with what was planted, and print it."""
    planted = pq.read_table(rows, columns=["source", "plant", "of"]).to_pydict()
    dropped = pq.read_table(output / "dropped.parquet", columns=["row", "reason"]).to_pydict()
    reasons = dict(zip(dropped["row"], dropped["reason"], strict=True))
    clusters: dict[int, list[int]] = {}
    kinds: dict[str, list[int]] = {}
    for number, (plant, of) in enumerate(zip(planted["plant"], planted["of"], strict=True)):
        kinds.setdefault(plant, []).append(number)
        if plant in ("exact", "near"):
            clusters.setdefault(of, [of]).append(number)
    extra = lost = 0
    explained = set()
    for members in clusters.values():
        gone = [row for row in members if row in reasons]
        explained.update(gone)
        lost += len(gone) == len(members)
        extra += len(members) - len(gone) - 1 if len(gone) < len(members) else 0
    pairs = sum(len(members) - 1 for members in clusters.values())
    print(f"repetitions planted        {pairs:>9,}   found {1 - extra / max(1, pairs):.4%}")
    for kind in ("exact", "near"):
        # Found: it went, or the row that it repeats did (or another copy of that), in its place.
        missed = [(row, planted["of"][row]) for row in kinds.get(kind, [])
                  if row not in reasons and planted["of"][row] not in reasons]  # fmt: skip
        count = len(kinds.get(kind, []))
        print(f"  {kind:<24} {count:>9,}   found {1 - len(missed) / max(1, count):.4%}, "
              f"missed though similarity >= {NEAR_BAR}: {alike(rows, missed)}")  # fmt: skip
    held = [row for row in kinds.get("ngram", []) if planted["source"][row] not in EXEMPT]
    exempt = [row for row in kinds.get("ngram", []) if planted["source"][row] in EXEMPT]
    found = sum(reasons.get(row) == "ngram" for row in held)
    explained.update(held)
    print(f"contaminated, planted      {len(held):>9,}   found {found / max(1, len(held)):.4%}")
    print(f"  exempt, must stay        {len(exempt):>9,}   "
          f"went  {sum(row in reasons for row in exempt):,}")  # fmt: skip
    siblings = kinds.get("sibling", [])
    print(f"siblings, must stay        {len(siblings):>9,}   "
          f"went  {sum(row in reasons for row in siblings):,}")  # fmt: skip
    print(f"false drops, of any row    {len(set(reasons) - explained) + lost:>9,}")


def baseline(rows: Path, tests: Path, count: int) -> float:
    """Rows a second of the same work row by row, on the first rows."""
    import datasets
    from rensa import RMinHash, RMinHashLSH

    def words(text: str) -> list[str]:
        return [token for token in tokens(bare(text)) if token[0].isalnum()]

    def grams(text: str) -> Iterator[str]:
        found = words(text)
        return (" ".join(found[at : at + 10]) for at in range(len(found) - 9))

    held = {gram for text in pq.read_table(tests)["problem"].to_pylist() for gram in grams(text)}

    def look_at(row: dict[str, str]) -> dict[str, object]:
        print_ = fingerprint(row["problem"])
        sketch = RMinHash(125, 42)
        sketch.update(print_.shingles.view("V8").tolist())
        hit = next((gram for gram in grams(row["problem"]) if gram in held), None)
        return {"digest": print_.text.hex(), "sketch": sketch.digest(), "hit": hit}

    datasets.disable_progress_bars()
    table = pq.ParquetFile(rows).read_row_group(0).slice(0, count)
    table = table.select(["source", "problem", "solution"])
    plain = datasets.Dataset.from_dict(table.to_pydict())
    start = time.perf_counter()
    mapped = plain.map(look_at, keep_in_memory=True, new_fingerprint="clean-rate")
    lsh, seen = RMinHashLSH(0.7, 125, 25), set()
    for number, row in enumerate(mapped):
        if row["digest"] not in seen:
            seen.add(row["digest"])
            sketch = RMinHash(125, 42)
            sketch.update(fingerprint(row["problem"]).shingles.view("V8").tolist())
            lsh.query(sketch)
            lsh.insert(number, sketch)
    return count / (time.perf_counter() - start)


PARAPHRASES = (
    ("A train travels 120 miles in 3 hours. What is its average speed in miles per hour?",
     "If a train goes 120 miles in 3 hours, find its average speed in miles per hour."),
    ("How many positive divisors does 360 have?",
     "Determine the number of positive factors of 360."),
    ("Find the area of a circle with radius 7.", "A circle has radius 7. What is its area?"),
    ("What is the remainder when $2^{100}$ is divided by 7?",
     "Find the residue of $2^{100}$ modulo 7."),
    ("Solve for $x$: $x^2 - 5x + 6 = 0$.", "Find all roots of the equation $x^2 - 5x + 6 = 0$."),
    ("In how many ways can 5 people sit in a row?",
     "Count the seatings of 5 people in a single line."),
    ("A bag has 3 red and 5 blue marbles. Two are drawn without replacement. What is the "
     "probability that both are red?",
     "Two marbles are taken, one after the other and not put back, from a bag with 3 red marbles "
     "and 5 blue marbles. Find the chance that both of them are red."),
    ("The sum of two numbers is 20 and their product is 96. Find the larger number.",
     "Two numbers add up to 20 and multiply to 96. What is the bigger of the two?"),
    ("Find the smallest positive integer divisible by 12, 15 and 20.",
     "What is the least positive number that 12, 15 and 20 all divide?"),
    ("Let $f(x) = 3x + 2$. Compute $f(f(1))$.", "If $f(x) = 3x + 2$, what is $f(f(1))$?"),
    ("A rectangle has perimeter 30 and one side 8. What is its area?",
     "One side of a rectangle is 8 and its perimeter is 30. Find the area of the rectangle."),
    ("Tom has twice as many apples as Ann. Together they have 36. How many has Tom?",
     "Ann and Tom have 36 apples in all, and Tom's are twice Ann's. How many apples does Tom own?"),
    ("Prove that the sum of two odd integers is even.",
     "Show that adding two odd integers always gives an even integer."),
    ("What is the units digit of $3^{2023}$?", "Find the last digit of $3^{2023}$."),
    ("The angles of a triangle are in ratio 2:3:4. Find the largest angle.",
     "A triangle has angles in the ratio 2:3:4. What is the measure of its greatest angle?"),
    ("How many integers between 1 and 1000 are perfect squares?",
     "Count the perfect squares among the integers from 1 to 1000."),
    ("A shirt costs 40 dollars after a discount of 20 percent. What was the original price?",
     "After 20 percent off, a shirt is sold for 40 dollars. Find its price before the discount."),
    ("Evaluate $\\sum_{k=1}^{50} k$.", "Find the sum of the first 50 positive integers."),
    ("Find the distance between the points $(1,2)$ and $(4,6)$.",
     "What is the length of the segment from $(1,2)$ to $(4,6)$?"),
    ("Three fair coins are flipped. What is the probability of exactly two heads?",
     "Find the probability that precisely two heads come up when three fair coins are tossed."),
)  # fmt: skip


def measure_meaning(tests: Path | None, rows: Path | None) -> None:
    """Print what minilm and the prefilter do on paraphrases, and what the latter does on rows."""
    from numina_lean.clean.embedder import load_embedder
    from numina_lean.clean.held_out import HeldOut, TestProblem
    from numina_lean.clean.settings import DISTANCE
    from numina_lean.clean.signature import signatures
    from numina_lean.clean.words import Reader
    from numina_lean.problems.problem import Problem
    from numina_lean.problems.read import read_problems

    def texts(path: Path) -> list[str]:
        return [row.problem for row in read_problems(str(path)) if isinstance(row, Problem)]

    def held_out(problems: list[str]) -> HeldOut:
        return HeldOut([TestProblem("suite", str(at), text) for at, text in enumerate(problems)])

    originals, others = map(list, zip(*PARAPHRASES, strict=True))
    embedder = load_embedder("minilm")
    distances = 1 - (embedder.embed(originals) * embedder.embed(others)).sum(axis=1)
    near = distances < DISTANCE
    read = Reader().read(others)
    passed = held_out(originals).has_numbers_of(signatures(read).number_set)
    grams = {match.row for match in held_out(originals).matches(read.words)}
    print(f"paraphrases {len(others)}: {len(grams)} share a run of ten words, {near.sum()} are "
          f"nearer than {DISTANCE} (median {sorted(distances)[len(others) // 2]:.2f}); of these "
          f"the prefilter lets {(passed & near).sum()} through")  # fmt: skip
    sample = random.Random(0).sample(texts(rows), 512) if rows else others
    start = time.perf_counter()
    vectors = embedder.embed(sample)
    rate = len(sample) / (time.perf_counter() - start)
    size = sum(map(len, sample)) / len(sample)
    print(f"minilm embeds {rate:.0f} rows of {size:.0f} characters a second at load "
          f"{os.getloadavg()[0]:.1f}: 860,000 take {860_000 / rate / 3600:.1f} h")  # fmt: skip
    if tests and rows:
        suite = texts(tests)
        near = (1 - vectors @ embedder.embed(suite).T).min(axis=1) < DISTANCE
        found = signatures(Reader().read(sample))
        passed = held_out(suite).has_numbers_of(found.number_set)
        print(f"of {len(sample)} rows of {rows.name}, {near.sum()} are near one of {len(suite)} "
              f"test problems; the prefilter lets {passed.mean():.1%} of the rows through, and "
              f"{(passed & near).sum()} of those near")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=860_000)
    parser.add_argument("--tests", type=int, default=20_000)
    parser.add_argument("--slice", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--meaning", action="store_true")
    parser.add_argument("--against", type=Path)
    parser.add_argument("--input", type=Path)
    asked = parser.parse_args()
    if asked.meaning:
        measure_meaning(asked.against, asked.input)
        return
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="clean-rate-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        rows, tests, output = (folder / name for name in ("rows.parquet", "tests.parquet", "out"))
        start = time.perf_counter()
        writer = Writer(asked.seed, asked.long)
        make_rows(writer, asked.rows, make_tests(writer, asked.tests, tests), rows)
        text = pq.read_table(rows, columns=["problem", "solution"])
        size = text.nbytes / asked.rows
        problem = text["problem"].nbytes / asked.rows
        del text
        print(f"{asked.rows:,} rows of {size:,.0f} bytes (problem {problem:,.0f}), "
              f"{asked.tests:,} test problems, made in {time.perf_counter() - start:.0f} s; "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
        shutil.rmtree(output, ignore_errors=True)
        wall, peak, manifest = run_clean(rows, tests, output)
        for stage, seconds in dict(manifest["seconds"]).items():  # type: ignore[call-overload]
            print(f"  {stage:<10} {seconds:8.1f} s")
        print(f"  all        {wall:8.1f} s   peak memory {peak / 2**30:.2f} GiB   "
              f"load now {os.getloadavg()[0]:.1f}")  # fmt: skip
        print(f"  counts     {json.dumps(manifest['counts'])}")
        judge(rows, output)
        slow = baseline(rows, tests, min(asked.slice, asked.rows, BATCH))
        fast = asked.rows / wall
        print(f"rows a second: {fast:,.0f}; datasets.map row by row {slow:,.0f}; "
              f"ratio {fast / slow:.1f}")  # fmt: skip
    finally:
        if asked.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
