"""What two corpus folders differ in: which rows one has and the other has not, and which changed.

Compares content. What varies between two runs that come to the same is passed over (`VARYING`), in
the gates' rulings and the confirmations too; so is the order of rows, of which `reordered` tells,
and how they lie in shards. A row's identity is its uuid, that of a loss its problem, sample,
repair round and stage.

Two passes, the second only where something differs: in memory are a digest of each row, and the
values of the first `SHOWN` changed rows.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numina_lean.corpus.folder import Row, open_folder, provenance

VARYING = frozenset({"seconds", "proof_seconds", "cached", "package_version"})
"""The fields, at any depth, that say how a run went and not what it came to."""

SHOWN = 100
"""Changed rows of a table whose values are told; the others are counted."""

_JSON_COLUMNS = frozenset({"rulings"})

Key = tuple[str, ...]
Read = Callable[[], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that both have. `fields`: name (`provenance.tactic`) → the values in A and in B."""

    key: Key
    fields: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class TableDifferences:
    """The differences of one table. Keys begin with the uuid, or for a loss with the problem.

    `changed` counts the rows that both have with other content, `changes` shows the first of them,
    and `fields` counts the rows in which a field differs.
    """

    same: int
    only_a: tuple[Key, ...]
    only_b: tuple[Key, ...]
    changed: int
    changes: tuple[Change, ...]
    fields: Mapping[str, int]
    reordered: bool

    def __bool__(self) -> bool:
        return bool(self.only_a or self.only_b or self.changed)


@dataclass(frozen=True, slots=True)
class Differences:
    """What two folders differ in. True where they do.

    `restated` are the problems that both have a row of, but none of the same uuid: other
    statements of one problem.
    """

    data: TableDifferences
    rejected: TableDifferences
    restated: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.data) or bool(self.rejected)

    @property
    def reordered(self) -> bool:
        """Whether rows that both have come in another order."""
        return self.data.reordered or self.rejected.reordered

    def lines(self) -> Iterator[str]:
        """The differences for a person, one a line."""
        for name, table in (("data", self.data), ("rejected", self.rejected)):
            yield from (f"{name}: only in A: {' '.join(key)}" for key in table.only_a)
            yield from (f"{name}: only in B: {' '.join(key)}" for key in table.only_b)
            for change in table.changes:
                for column, (before, after) in change.fields.items():
                    yield f"{name}: {' '.join(change.key)}: {column}: {before!r} → {after!r}"
            if table.reordered:
                yield f"{name}: the rows that both have are in another order"


def differences(a: Path, b: Path) -> Differences:
    """What the corpus folders `a` and `b` differ in. Raises `InputError` for what is none."""
    first, second = open_folder(a), open_folder(b)
    data = _compare(first.rows, second.rows, _row_key)
    rejected = _compare(first.losses, second.losses, _loss_key)
    return Differences(data, rejected, _restated(data))


def _row_key(row: Row) -> Key:
    return str(row.get("uuid")), str(provenance(row).get("problem_id"))


def _loss_key(row: Row) -> Key:
    names = ("problem_id", "sample", "round", "stage")
    return tuple(str(row.get(name)) for name in names)


def _compare(read_a: Read, read_b: Read, key: Callable[[Row], Key]) -> TableDifferences:
    a = {each: content_digest(row) for each, row in _keyed(read_a(), key)}
    b = {each: content_digest(row) for each, row in _keyed(read_b(), key)}
    changed = {each for each, digest in a.items() if each in b and b[each] != digest}
    counts, changes = _changes(read_a, read_b, key, changed)
    return TableDifferences(
        same=len(a.keys() & b.keys()) - len(changed),
        only_a=tuple(each for each in a if each not in b),
        only_b=tuple(each for each in b if each not in a),
        changed=len(changed),
        changes=changes,
        fields=counts,
        reordered=[each for each in a if each in b] != [each for each in b if each in a],
    )


def _keyed(rows: Iterable[Row], key: Callable[[Row], Key]) -> Iterator[tuple[Key, Row]]:
    """The rows with keys of their own: a second row with the same key gets a number."""
    seen: Counter[Key] = Counter()
    for row in rows:
        base = key(row)
        seen[base] += 1
        yield (base if seen[base] == 1 else (*base, f"#{seen[base]}")), row


def _changes(
    read_a: Read, read_b: Read, key: Callable[[Row], Key], changed: set[Key]
) -> tuple[Mapping[str, int], tuple[Change, ...]]:
    """In how many of the `changed` rows each field differs, and the first of them in full."""
    if not changed:
        return {}, ()
    digests: dict[Key, dict[str, bytes]] = {}
    values: dict[Key, dict[str, object]] = {}
    for each, row in _keyed(read_a(), key):
        if each in changed:
            flat = dict(_flat(content(row)))
            digests[each] = {name: _digest(value) for name, value in flat.items()}
            if len(values) < SHOWN:
                values[each] = flat
    counts: Counter[str] = Counter()
    found: dict[Key, Change] = {}
    for each, row in _keyed(read_b(), key):
        if each not in changed:
            continue
        flat, before = dict(_flat(content(row))), digests[each]
        names = [
            name
            for name in before | flat
            if name not in before or name not in flat or before[name] != _digest(flat[name])
        ]
        counts.update(names)
        if each in values:
            fields = {name: (values[each].get(name), flat.get(name)) for name in names}
            found[each] = Change(each, fields)
    return dict(counts.most_common()), tuple(found[each] for each in values)


def content(row: Mapping[str, Any]) -> dict[str, object]:
    """What a row says, without what varies between runs and without its empty fields."""
    return {
        name: _steady(name, value)
        for name, value in row.items()
        if name not in VARYING and value is not None
    }


def content_digest(row: Mapping[str, Any]) -> bytes:
    """A digest of what a row says, equal for rows that `differences` calls the same."""
    return _digest(content(row))


def _steady(name: str, value: Any) -> object:
    if name in _JSON_COLUMNS and isinstance(value, str):
        try:
            return _steady("", json.loads(value))
        except (ValueError, RecursionError):
            return value
    if isinstance(value, Mapping):
        return content(value)
    if isinstance(value, list | tuple):
        return [_steady("", each) for each in value]
    return value


def _flat(fields: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """The fields with those of structs under dotted names."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _digest(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _restated(data: TableDifferences) -> tuple[str, ...]:
    left = {key[1] for key in data.only_b}
    return tuple(dict.fromkeys(key[1] for key in data.only_a if key[1] in left))
