"""A preflight in words."""

from pathlib import Path

import typer

from numina_lean.check.output import visible
from numina_lean.train.preflight import PREFLIGHT, Preflight

_GIB = 2**30
_SHOWN = 1200
"""Characters of a block that are shown; the rest is in the report's file."""


def show_preflight(report: Preflight, folder: Path) -> None:
    """Say on standard output what the run will do."""
    for line in (*_lines(report), *(f"note: {warning}" for warning in report.warnings)):
        typer.echo(visible(line))
    block = report.block if report.recipe.loss == "full" else report.masked
    shown = block[:_SHOWN]
    rest = f" ({len(block) - _SHOWN} more characters)" if len(block) > _SHOWN else ""
    typer.echo(f"first block, {report.recipe.loss} loss{rest}:")
    for line in shown.split("\n"):
        typer.echo(f"  | {visible(line)}")
    typer.echo(f"all of it: {folder / PREFLIGHT}")


def _lines(report: Preflight) -> list[str]:
    recipe, survey, memory = report.recipe, report.survey, report.memory
    lengths = ", ".join(f"{name} {length}" for name, length in survey.lengths.items())
    parts = ", ".join(f"{name} {_size(size)}" for name, size in memory.items() if name != "total")
    hours = "" if report.hours is None else f", about {report.hours:.1f} h"
    return [
        f"recipe   {recipe.name}: {recipe.model}, {report.parameters:,} parameters",
        f"runs on  {report.hardware}; {report.precision}, attention {report.attention}",
        f"data     {survey.rows:,} rows, {survey.examples:,} examples, {survey.tokens:,} tokens "
        f"({survey.labels:,} learnt)",
        f"lengths  {lengths} tokens; {survey.longer:,} over the block of {survey.block_size:,}",
        f"packing  {recipe.packing}: {survey.blocks:,} blocks, {survey.useful:.2%} useful",
        f"steps    {report.steps:,} ({report.steps_an_epoch:,} an epoch), a global batch of "
        f"{recipe.global_batch} = {recipe.per_device_batch} x "
        f"{recipe.global_batch // recipe.per_device_batch // report.accumulation} processes x "
        f"accumulation {report.accumulation}; {report.tokens_a_step:,.0f} tokens a step{hours}",
        f"memory   {_size(memory['total'])} a device ({parts})",
    ]


def _size(size: int) -> str:
    return f"{size / _GIB:.1f} GiB" if size >= _GIB else f"{size / 2**20:.1f} MiB"
