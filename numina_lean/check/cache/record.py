"""An item and its outcome as the bytes that are kept of them, and back, exactly.

A record is JSON, compressed, behind a checksum that also covers its address: a damaged file can
lose an outcome, not change one or give one item the outcome of another.
"""

import zlib
from dataclasses import replace
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from numina_lean.check.verdict import Item, Outcome

_CHECKSUM = 8
_OUTCOMES = TypeAdapter(Outcome)
_ITEMS = TypeAdapter(Item)

# What most outcomes have in common. Part of the format: another text makes old records unreadable.
_OFTEN = (
    b'"kind":"def","messages":[{"severity":"error","text":"omega could not prove the goal"'
    b'type mismatch unsolved goals unknown identifier ,"declarations":[{"name":"kind":"theorem",'
    b'"axioms":["Classical.choice","Quot.sound","propext","sorryAx"]}],"missing_modules":[],'
    b'"truncated":false,"replayed":true,"mismatches":[],"cached":false}'
    b'{"id":"","verdict":"error","verdict":"proved","verdict":"statement","lean":{"engine":'
    b'"embedded","lean_version":"4.28.0-pre","mathlib_revision":null},"header_hash":'
    b'"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","seconds":0.0,"reason":'
    b'null,"detail":null,"messages":[{"severity":"warning","text":"declaration uses `sorry`",'
    b'"start":{"line":1,"column":8},"end":{"line":1,"column":20},"kind":"hasSorry"}],"sorries":'
    b'[{"goal":"x : Nat\\nh : = \xe2\x8a\xa2 = ","start":{"line":3,"column":2},"end":{"line":3,'
    b'"column":7}}],"declarations":[{"name":'
)


class DamagedRecordError(Exception):
    """The bytes are not what was written under this address."""


def pack(address: bytes, outcome: Outcome) -> bytes:
    """Raises `ValueError` for what could not be read back (text with a lone surrogate)."""
    told = replace(outcome, id="", cached=False)
    return _sealed(address, _OUTCOMES.dump_json(told, warnings="error"))


def unpack(address: bytes, data: bytes, id: str) -> Outcome:
    """The outcome as that of an item `id`, and as cached. Raises `DamagedRecordError`."""
    try:
        outcome = _OUTCOMES.validate_json(_opened(address, data), strict=True)
    except ValidationError as error:
        raise DamagedRecordError(str(error)) from error
    return replace(outcome, id=id, cached=True)


def pack_item(address: bytes, item: Item) -> bytes:
    """Raises `ValueError` as `pack` does."""
    return _sealed(address, _ITEMS.dump_json(item, warnings="error"))


def unpack_item(address: bytes, data: bytes) -> Item:
    """Raises `DamagedRecordError`."""
    try:
        return _ITEMS.validate_json(_opened(address, data))
    except ValidationError as error:
        raise DamagedRecordError(str(error)) from error


def _sealed(address: bytes, text: bytes) -> bytes:
    packer = zlib.compressobj(zdict=_OFTEN)
    packed = packer.compress(text) + packer.flush()
    return sha256(address + packed).digest()[:_CHECKSUM] + packed


def _opened(address: bytes, data: bytes) -> bytes:
    checksum, packed = data[:_CHECKSUM], data[_CHECKSUM:]
    if sha256(address + packed).digest()[:_CHECKSUM] != checksum:
        raise DamagedRecordError("the checksum is another")
    try:
        return zlib.decompressobj(zdict=_OFTEN).decompress(packed)
    except zlib.error as error:
        raise DamagedRecordError(str(error)) from error
