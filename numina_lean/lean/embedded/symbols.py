"""`syms.bin`: where each symbol of Lean lies, searched by bisection without reading it all.

Layout, all numbers 32-bit little-endian: the count n; n+1 offsets into the names; n values; the
names, one after the other, sorted by their UTF-8 bytes. The value of a function is its slot in
the table, that of a datum its address in memory. The glue's `staticSym` is the reader.
"""

import struct
from collections.abc import Mapping
from itertools import accumulate


def encode_symbols(symbols: Mapping[str, int]) -> bytes:
    """The file's content. Values are taken modulo 2³²."""
    entries = sorted((name.encode(), value & 0xFFFFFFFF) for name, value in symbols.items())
    offsets = accumulate((len(name) for name, _ in entries), initial=0)
    count = len(entries)
    return b"".join(
        [
            struct.pack("<I", count),
            struct.pack(f"<{count + 1}I", *offsets),
            struct.pack(f"<{count}I", *(value for _, value in entries)),
            *(name for name, _ in entries),
        ]
    )
