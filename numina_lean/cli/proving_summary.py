"""What a run of `numina-lean prove` came to: for machines, and as a table."""

from collections import Counter
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from numina_lean.cli.proving_input import Input
from numina_lean.corpus.folder import open_folder, provenance
from numina_lean.errors import InputError

_OPEN = "open"


def summary_of(source: Input, output: Path) -> dict[str, object]:
    """What the folder has, and which tactic found which share of the proofs."""
    tactics: Counter[str] = Counter()
    rows = before = 0
    had = {str(row["uuid"]): bool(row.get("formal_proof")) for row in source.rows()}
    asked = correct = 0
    for row in open_folder(output).rows(("uuid", "formal_proof", "provenance", "rl_data")):
        rows += 1
        asked += int((row["rl_data"] or {}).get("n_proofs") or 0)
        correct += int((row["rl_data"] or {}).get("n_correct_proofs") or 0)
        if row["formal_proof"] is None:
            continue
        if had.get(str(row["uuid"])):
            before += 1
        else:
            tactics[str(provenance(row).get("tactic"))] += 1
    proved = tactics.total()
    return {
        "rows": rows,
        "proved_before": before,
        "proved": proved,
        "open": rows - before - proved,
        "tactics": dict(tactics.most_common()),
        "rl_data": {"n_proofs": asked, "n_correct_proofs": correct},
    }


def show(summary: dict[str, object], source: Input, output: Path) -> None:
    if not summary["rows"]:
        raise InputError(f"{source.path}: no rows")
    tactics = summary["tactics"]
    assert isinstance(tactics, dict)
    table = Table(title="what proved what", title_justify="left")
    table.add_column("tactic")
    table.add_column("proofs", justify="right")
    for tactic, proofs in tactics.items():
        table.add_row(tactic, str(proofs))
    table.add_row(_OPEN, str(summary["open"]))
    Console().print(table)
    typer.echo(
        f"{summary['rows']} rows: {summary['proved_before']} had a proof, {summary['proved']} are "
        f"proved now, {summary['open']} are open; in {output} ({summary['seconds']} s)"
    )
