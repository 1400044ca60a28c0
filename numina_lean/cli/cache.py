"""`numina-lean cache`: what the cache of verdicts holds."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from numina_lean.check.cache.place import cache_file, cache_size
from numina_lean.check.cache.record import DamagedRecordError, unpack, unpack_item
from numina_lean.check.cache.store import (
    Entry,
    Statistics,
    Store,
    StoreBusyError,
    StoreError,
    discard,
)
from numina_lean.check.output import ResultFile, json_line, outcome_fields
from numina_lean.cli.progress import progress_bar
from numina_lean.errors import InputError

cache = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

_MIB = 2**20


@cache.callback()
def _cache() -> None:
    """Look into the cache of verdicts, empty it, or write it out.

    `check` and `formalize` keep in it what Lean said, under a digest of all that it depends on: the
    source, its reference, limits and policy, the engine and its versions, our own rules. It is
    one file, which NUMINA_LEAN_VERDICTS may name, of at most NUMINA_LEAN_VERDICTS_MIB (1024).

    Example: numina-lean cache stats
    """


@cache.command()
def stats(
    format: Annotated[  # named as its option is
        Literal["text", "json"], typer.Option("--format", help="How to say it.")
    ] = "text",
) -> None:
    """Say where the cache is, how large it is, and how many verdicts of each kind it has.

    Example: numina-lean cache stats --format json
    """
    with _store() as store:
        found = store.statistics()
    if format == "json":
        typer.echo(json.dumps(_record(found), indent=2))
    else:
        typer.echo("\n".join(_text(found)))


@cache.command()
def clear() -> None:
    """Empty the cache, also one that is damaged. Runs that use it go on.

    Example: numina-lean cache clear
    """
    with _store() as store:
        try:
            count = store.statistics().verdicts.total()
            store.clear()
            typer.echo(f"Dropped {count} verdicts from {cache_file()}")
        except StoreBusyError:
            raise
        except StoreError:
            discard(cache_file())
            typer.echo(f"Deleted {cache_file()}, which was damaged")


@cache.command()
def export(
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there, not to standard output.")
    ] = None,
) -> None:
    """Write all of it as JSON lines: what was checked, on which terms, and what it came to.

    The source is in the field `code`, so that the result can be checked once more.

    \b
    Examples:
      numina-lean cache export --output verdicts.jsonl
      numina-lean cache export | numina-lean check --no-cache -
    """
    damaged = 0
    with ExitStack() as stack:
        store = stack.enter_context(_store())
        write = stack.enter_context(ResultFile(output)).write if output else sys.stdout.buffer.write
        total = store.statistics().verdicts.total()
        bar = stack.enter_context(progress_bar("export", total, shown=not sys.stdout.isatty()))
        for entry in store.entries():
            bar.advance()
            try:
                write(_line(entry))
            except DamagedRecordError:
                damaged += 1
    if damaged:
        typer.echo(f"note: left out {damaged} damaged records", err=True)


@contextmanager
def _store() -> Iterator[Store]:
    """Raises `InputError` for what is no cache, or is damaged."""
    try:
        with closing(Store(cache_file(), cache_size())) as store:
            yield store
    except StoreError as error:
        raise InputError(f"{error}. If it is broken, numina-lean cache clear mends it") from error


def _line(entry: Entry) -> bytes:
    item = unpack_item(entry.address, entry.item)
    outcome = unpack(entry.address, entry.outcome, item.id)
    return json_line(
        {
            "id": item.id,
            "code": item.source,
            "reference": item.reference,
            "timeout": item.timeout,
            "heartbeats": item.heartbeats,
            "axioms": sorted(item.policy.axioms),
            "strict": item.policy.strict,
            **outcome_fields(outcome),
            "address": entry.address.hex(),
            "used": _time(entry.used),
        }
    )


def _record(found: Statistics) -> dict[str, object]:
    return {
        "file": str(cache_file()),
        "bytes": found.bytes,
        "limit": cache_size(),
        "verdicts": dict(found.verdicts.most_common()),
        "first_used": found.first_used and _time(found.first_used),
        "last_used": found.last_used and _time(found.last_used),
    }


def _text(found: Statistics) -> Iterator[str]:
    yield f"file      {cache_file()}"
    yield f"size      {found.bytes / _MIB:,.1f} of {cache_size() / _MIB:,.0f} MiB"
    counts = ", ".join(f"{count:,} {name}" for name, count in found.verdicts.most_common())
    yield f"verdicts  {found.verdicts.total():,}" + (f": {counts}" if counts else "")
    if found.first_used is not None and found.last_used is not None:
        yield f"used      {_time(found.first_used)} to {_time(found.last_used)}"


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
