"""Runs a stage over parts as a Ray Data pipeline: one actor on each node, with one stage each.

A part is a row of a Ray dataset; the actor that gets it does it whole and writes its shard. Rows
never pass through the driver or Ray's object store, only the counts of each part. An actor that
dies is started again and its parts are done again, which changes nothing: a shard is put in its
place in one step, and the same part gives the same rows.

Nodes need this package, the engine, and the input and output folders under the same paths.
"""

import json
import logging
import os
import pickle
import re
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numina_lean.distributed.folder import Shards
from numina_lean.distributed.parts import Part
from numina_lean.distributed.stage import OpenStage, PartDone
from numina_lean.distributed.turns import Turns
from numina_lean.errors import InputError, NuminaError

if TYPE_CHECKING:
    import numpy as np

INSTALL = "pip install 'numina-lean[ray]'"
OVERLAP = 2
"""Parts that a node does at a time, so that its processes have work while one part ends."""
ATTEMPTS = 3
"""How many actors may die over one part before it is given up; Ray itself would never stop."""
LOST_PARTS = 16
"""How many parts may be given up before the run ends: something else is wrong then."""
LOCAL_STORE_BYTES = 200 * 2**20
"""Ray's object store on one machine: it holds counts and no rows."""

CONNECT_SECONDS = 10.0

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # tell nobody of our runs
}
_ERROR_NAME = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception): ")


class RunFailedError(NuminaError):
    """The run ended before all parts were done. What was done is kept; the message says why."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """`nodes` machines with at least `processors` each that Ray may use."""

    nodes: int
    processors: int


@contextmanager
def connect(address: str, *, processors: int | None = None) -> Iterator[Cluster]:
    """A connection to the Ray cluster at `address` (HOST:PORT, or `auto` for the one that this
    machine is a node of); `local` starts one on this machine, where none is connected to.

    `processors` is what a local one may use. Raises `InputError` where Ray is not installed, or
    there is no cluster.
    """
    for variable, value in _ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    try:
        import ray
    except ImportError as error:
        raise InputError(f"--ray needs Ray. Run: {INSTALL}") from error
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options |= {"address": "local", "num_cpus": processors, "include_dashboard": False}
        options |= {"object_store_memory": LOCAL_STORE_BYTES}
    else:
        options |= {"address": address}
    connected = address == "local" and ray.is_initialized()
    if not connected:
        _require_listener(address)
        try:
            ray.init(**options)
        except (ConnectionError, ValueError, RuntimeError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"--ray {address}: no Ray cluster there ({reason})") from error
    try:
        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        found = [node["Resources"].get("CPU", 0) for node in nodes if node["Alive"]]
        usable = [int(cpus) for cpus in found if cpus >= 1]
        if not usable:
            raise InputError(f"--ray {address}: no node of the cluster has a processor to use")
        yield Cluster(len(usable), min(usable))
    finally:
        if not connected:
            ray.shutdown()


def _require_listener(address: str) -> None:
    """Raise `InputError` where nobody listens: Ray itself would try for minutes."""
    if address in ("local", "auto"):
        return
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal()):
        raise InputError(f"--ray {address}: not local, auto or the HOST:PORT of a cluster's head")
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"--ray {address}: no Ray cluster there ({error})") from error


def run_on_ray(
    open_stage: OpenStage,
    parts: Sequence[Part],
    shards: Shards,
    cluster: Cluster,
    *,
    jobs: int | None = None,
) -> Iterator[PartDone]:
    """Do `parts`, and say for each that it is done, as they get ready. Needs `connect`.

    `jobs`: processes on a node; by default one for each of its processors. Raises
    `RunFailedError` where parts were given up, after all others are done, or after too many.
    """
    import ray
    from ray.data import ActorPoolStrategy

    if not parts:
        return
    _quieten()
    missing = {part.number for part in parts}
    rows = [{"part": pickle.dumps(part)} for part in parts]
    dataset = ray.data.from_items(rows, override_num_blocks=len(parts)).map_batches(
        _Node,
        fn_constructor_args=(open_stage, jobs or cluster.processors, shards),
        batch_size=1,
        compute=ActorPoolStrategy(
            size=min(cluster.nodes, len(parts)),
            max_concurrent_calls_per_actor=OVERLAP,
            max_tasks_in_flight_per_actor=2 * OVERLAP,
            enable_true_multi_threading=True,
        ),
        # All that a node has, so that no node gets two.
        num_cpus=cluster.processors,
    )
    try:
        for row in dataset.iter_rows():
            if not row["counts"]:
                continue
            missing.discard(row["number"])
            yield PartDone(row["number"], Counter(json.loads(row["counts"])))
    except (ray.exceptions.RayError, RuntimeError) as error:
        raise RunFailedError(_told(error)) from error
    if missing:
        raise RunFailedError(
            f"{len(missing)} of {len(parts)} parts were lost with their machines, part "
            f"{min(missing)} the first. Run the same command again to do them"
        )


def _quieten() -> None:
    """Ray Data's own bars and logs would smear ours."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = LOST_PARTS
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)


def _told(error: BaseException) -> str:
    """The last line of what is at the bottom of Ray's wrappings, some of which say nothing."""
    reason = type(error).__name__
    inner: BaseException | None = error
    while inner is not None:
        lines = [line.strip() for line in str(inner).splitlines() if line.strip()]
        reason = _ERROR_NAME.sub("", lines[-1]) if lines else reason
        inner = getattr(inner, "cause", None) or inner.__cause__
    return f"the run on Ray ended: {reason.rstrip('.')}. Run the same command again to go on"


class _Node:
    """The actor: a stage that stays open, and parts that come one call each."""

    def __init__(self, open_stage: OpenStage, jobs: int, shards: Shards) -> None:
        self._shards = shards
        self._turns = Turns()
        self._open = ExitStack()
        self._stage = self._open.enter_context(open_stage(jobs))

    def __call__(self, batch: "dict[str, np.ndarray[Any, Any]]") -> dict[str, list[Any]]:
        parts: list[Part] = [pickle.loads(each) for each in batch["part"]]
        return {
            "number": [part.number for part in parts],
            "counts": [self._do(part) for part in parts],
        }

    def _do(self, part: Part) -> str:
        """The counts as JSON; nothing for a part that was too much for others before.

        A part that was begun before is done alone: it may be what ended the process, and may have
        been ended by another.
        """
        with self._turns.taken(alone=self._shards.attempts(part.number) > 0):
            if self._shards.attempt(part.number) > ATTEMPTS:
                return ""
            return self._done(part)

    def _done(self, part: Part) -> str:
        counted: Counter[str] = Counter()
        rows = []
        for row in self._stage(part):
            counted[self._stage.label(row)] += 1
            rows.append(row)
        self._shards.write(part.number, rows)
        return json.dumps(counted)
