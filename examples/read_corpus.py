"""Open a corpus that `numina-lean formalize` wrote, and look at a few rows.

Needs pyarrow only; `datasets.load_dataset("parquet", data_files="out/demo/data/*.parquet")` opens
the same files. Run: python examples/read_corpus.py FOLDER [ROWS]
"""

import sys
from pathlib import Path

import pyarrow.parquet as pq


def main(folder: str, rows: int = 3) -> None:
    corpus = pq.read_table(Path(folder) / "data")
    proved = [row for row in corpus.to_pylist() if row["formal_proof"]]
    print(f"\n{corpus.num_rows} rows in {folder}, {len(proved)} with a proof. Some of them:")
    for row in proved[:: max(1, len(proved) // rows)][:rows]:
        provenance = row["provenance"]
        print(f"\n── {provenance['problem_id']}: {row['problem']}")
        print(f"   answer: {row['answer']}   proved by: {provenance['tactic']}\n")
        print(row["formal_proof"])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER [ROWS]")
    main(sys.argv[1], *map(int, sys.argv[2:3]))
