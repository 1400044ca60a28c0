"""Rows of a dataset on the Hugging Face Hub, through the package `datasets` (extra `hub`)."""

import importlib
import os
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies

from numina_lean.errors import InputError
from numina_lean.tables import Row

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


def is_hub_id(text: str) -> bool:
    """Whether `text` has the form `owner/name`, and is not the path of a table that is missing."""
    return bool(_HUB_ID.fullmatch(text)) and not text.endswith((".jsonl", ".parquet", ".json"))


def hub_rows(dataset: str, split: str, config: str | None = None) -> Iterator[Row]:
    """The rows of one split, of `config` where the dataset has several, fetched as they are read.

    Raises `InputError` at once where `datasets` is not installed, or where the Hub has no such
    dataset or cannot be reached.
    """
    try:
        datasets = importlib.import_module("datasets")
    except ImportError as error:
        raise InputError(
            f"{dataset}: no such file, and a Hub dataset needs the datasets package. "
            "Install it: pip install 'numina-lean[hub]'"
        ) from error
    _require_network(dataset)
    try:
        stream = datasets.load_dataset(dataset, config, split=split, streaming=True)
    except Exception as error:  # datasets raises a dozen types, network ones among them
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(
            f"{dataset}: no such file, and the Hub does not give it as a dataset ({reason}). "
            "Check the name and the network, or download it and pass the file"
        ) from error
    return (Row(number, dict(fields)) for number, fields in enumerate(stream, start=1))


def _require_network(dataset: str) -> None:
    """Tell at once what `datasets` would tell after half a minute of retries."""
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    host = urlsplit(endpoint).hostname
    if getproxies() or host is None:
        return
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        raise InputError(
            f"{dataset}: no such file, and the Hub cannot be reached ({host}: {error.strerror}). "
            "Download the dataset where there is a network, and pass the file"
        ) from error
