"""What a verdict's certainty costs: the kernel's second word, a reference, another process.

Checks proofs written here, one process, several rounds. Prints the median of the rounds: bare
elaboration (no axioms, no ruling), with a ruling, with a ruling and a reference, and with evidence
judged in another process; and the ratio of each to the first.

    python benchmarks/replay_cost.py [--rounds N]
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

from numina_lean.lean.discover import choose_engine
from numina_lean.lean.engine import Check
from numina_lean.lean.source import Header

PROOFS = {
    "rfl": "theorem t : 2 ^ 10 = 1024 := rfl",
    "omega": "theorem t (a b : Nat) (h : a < b) : 3 * a + 2 < 3 * b := by omega",
    "decide": "theorem t : ∀ a b : Fin 12, (a + b) * (a + b) = a * a + 2 * a * b + b * b := "
    "by decide",
    "grind": "theorem t (a b c : Int) (h : a * b = c) (i : a = 2) : 2 * b = c := by grind",
    "induction": (
        "theorem t (n : Nat) : (List.range n).length = n := by\n"
        "  induction n with\n  | zero => rfl\n  | succ n ih => simp"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    engine = choose_engine("embedded")
    session, judge = engine.start(Header()), engine.start(Header())

    def bare(proof: str) -> None:
        session.check(Check(proof, axioms=False))

    def ruled(proof: str) -> None:
        report = session.check(Check(proof))
        assert report.ruling is not None and report.ruling.refusal is None, report

    def referred(proof: str) -> None:
        statement = proof.partition(":= by")[0].partition(":= rfl")[0]
        report = session.check(Check(proof, reference=f"{statement}:= sorry"))
        assert report.ruling is not None and report.ruling.mismatches == (), report

    def judged(proof: str) -> None:
        report = session.check(Check(proof, evidence=True))
        assert report.evidence is not None
        assert judge.judge(report.evidence).refusal is None

    ways = {"bare": bare, "ruling": ruled, "reference": referred, "evidence": judged}
    print(f"{'ms':<12}" + "".join(f"{way:>18}" for way in ways))
    for name, proof in PROOFS.items():
        # In turns, so that whatever else the machine does falls on all alike.
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, check in ways.items():
                seconds[way].append(timed(check, proof))
        first = median(seconds["bare"])
        cells = [f"{1000 * median(s):>9.1f} ({median(s) / first:4.2f} x)" for s in seconds.values()]
        print(f"{name:<12}" + "".join(cells))
    session.close()
    judge.close()


def timed(check: Callable[[str], None], proof: str) -> float:
    started = time.perf_counter()
    check(proof)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
