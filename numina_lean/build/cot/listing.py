"""A YAML file that lists the sources of a build.

    sources:
      - source: math
        path: raw/MATH
      - source: synthetic_math
        path: [raw/MATH]
        samples: 4

Paths are relative to the file's folder.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml

from numina_lean.build.cot.build import Part
from numina_lean.build.cot.sources import source_of
from numina_lean.errors import InputError

_FIELDS = {"source", "path", "samples"}


def read_listing(path: Path) -> tuple[Part, ...]:
    """The parts that the file lists. Raises `InputError`, which names what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())[:200]})") from error
    entries = content.get("sources") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path}: no list `sources` with `source` and `path` in each entry")
    return tuple(_part(path, number, entry) for number, entry in enumerate(entries, 1))


def _part(path: Path, number: int, entry: object) -> Part:
    where = f"{path}: entry {number} of `sources`"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("source"), str):
        raise InputError(f"{where}: not `source: NAME` with a `path`")
    unknown = sorted(map(str, entry.keys() - _FIELDS))
    if unknown:
        raise InputError(f"{where}: unknown {', '.join(unknown)}; there is source, path, samples")
    given, samples = entry.get("path"), entry.get("samples", 1)
    listed = given if isinstance(given, list) else [given]
    paths = [each for each in listed if isinstance(each, str) and each]
    if not paths or len(paths) < len(listed):
        raise InputError(f"{where}: `path` is no path, nor a list of them")
    if not isinstance(samples, int) or isinstance(samples, bool) or samples < 1:
        raise InputError(f"{where}: `samples` is {samples!r}, not a number from 1")
    source = source_of(entry["source"])
    return Part(source, tuple(path.parent / each for each in paths), samples)
