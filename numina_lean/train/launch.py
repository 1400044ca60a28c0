"""Runs of several processes: the files that DeepSpeed and accelerate want, and the processes.

`accelerate launch` starts them, one a GPU; without GPUs they talk over gloo, with DeepSpeed's CPU
accelerator: slow, and good for a rehearsal.
"""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from numina_lean.corpus.files import write_text_atomically
from numina_lean.errors import InputError, NuminaError
from numina_lean.train.metrics import OnStep, read_metrics
from numina_lean.train.recipe import Recipe

DEEPSPEED = "deepspeed.json"
ACCELERATE = "accelerate.yaml"
WORKER = "numina_lean.train.worker"
LOG = "processes.log"
_POLL_SECONDS = 0.5
_GRACE_SECONDS = 20.0
_TAIL = 20_000
"""Characters of the log's end in which an error is looked for."""


class TrainingFailedError(NuminaError):
    """The processes of a run ended without a model. What they said is in the run's log."""


def deepspeed_file(folder: Path, recipe: Recipe, processes: int) -> str | None:
    """The configuration that `write_launch_files` leaves; None where DeepSpeed does not run."""
    sharded = processes > 1 and recipe.zero_stage > 0
    return str(folder / DEEPSPEED) if sharded else None


def write_launch_files(folder: Path, recipe: Recipe, processes: int, *, gpus: bool) -> None:
    """Leave the files that start a run of several processes. Raises `InputError` where DeepSpeed
    is wanted and not installed.
    """
    sharded = deepspeed_file(folder, recipe, processes)
    if sharded and find_spec("deepspeed") is None:
        raise InputError(
            "ZeRO needs the package deepspeed: pip install 'numina-lean[train]', "
            "or pass --set zero_stage=0"
        )
    accelerate: dict[str, Any] = yaml.safe_load(_shipped("accelerate_zero3.yaml"))
    accelerate["num_processes"] = processes
    accelerate["use_cpu"] = not gpus and sharded is None
    if sharded:
        config = json.loads(_shipped("deepspeed_zero3.json"))
        config["zero_optimization"]["stage"] = recipe.zero_stage
        write_text_atomically(folder / DEEPSPEED, json.dumps(config, indent=2) + "\n")
        accelerate["deepspeed_config"]["deepspeed_config_file"] = sharded
        accelerate["deepspeed_config"]["zero3_init_flag"] = recipe.zero_stage == 3
    else:
        del accelerate["deepspeed_config"]
        accelerate["distributed_type"] = "MULTI_GPU" if gpus else "MULTI_CPU"
    write_text_atomically(folder / ACCELERATE, yaml.safe_dump(accelerate, sort_keys=False))


def launch(folder: Path, *, gpus: bool, worker: str = WORKER, on_step: OnStep | None) -> None:
    """Run the processes to their end; steps are told as `metrics.jsonl` logs them.

    What they print is in `processes.log`. Raises `TrainingFailedError`. Interrupted, the processes
    are told to end, and killed if they do not.
    """
    command = [
        *(sys.executable, "-m", "accelerate.commands.launch"),
        *("--config_file", str(folder / ACCELERATE), "-m", worker, str(folder)),
    ]
    environment = dict(os.environ)
    if not gpus:
        environment |= {"DS_ACCELERATOR": "cpu", "CUDA_VISIBLE_DEVICES": ""}
        environment.setdefault("OMP_NUM_THREADS", "1")
    with (folder / LOG).open("ab") as log:
        start = log.tell()
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _follow(process, folder, on_step)
        finally:
            _end(process)
    if process.returncode:
        raise TrainingFailedError(_why(folder / LOG, start, process.returncode))


def _shipped(name: str) -> str:
    return (files("numina_lean.train") / "recipes" / name).read_text("utf-8")


def _follow(process: "subprocess.Popen[bytes]", folder: Path, on_step: OnStep | None) -> None:
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        if on_step and (rows := read_metrics(folder)):
            done, total = rows[-1].get("step"), rows[-1].get("of")
            if isinstance(done, int) and isinstance(total, int):
                on_step(done, total)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it started: they have a process group of their own."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _why(log: Path, start: int, code: int) -> str:
    """The last line of the log that says an error, and where the rest is."""
    with log.open("rb") as stream:
        stream.seek(max(start, log.stat().st_size - _TAIL))
        lines = stream.read().decode(errors="replace").splitlines()
    said = [line.strip() for line in lines if "Error" in line or line.startswith("error: ")]
    told = said[0].removeprefix("error: ") if said else f"exit code {code}"
    return f"training failed: {told[:300]}. All that was said: {log}"
