r"""Texts as tokens and as words, thousands at a time, by the regular expressions of polars.

A token is a number, a run of letters, a LaTeX command, a sign, a drawing (`[asy]` to `[/asy]`, as
a whole), or one Chinese character or kana. Tokens are compared in the spelling of
`problems.tokens`: `\dfrac` is `\frac`, "Compute" is "find", `$` and braces are nothing.

A word is a token that is no sign, no layout (`\left`) and no drawing, in lower case and otherwise
as written: "Let $x^2=9$" has the words let, x, 2, 9. Chinese is not written in words; each of its
characters counts as one. Both are taken after NFKC, and after what a collection puts before a
problem ("Problem 3.", "(5 points)") is gone, as in `problems.tokens.bare`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from numina_lean.clean.ragged import Flags, Places, Ragged, ragged
from numina_lean.problems.tokens import bare, decisive, tokens

_DRAWING = "[asy]"
_ALONE = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_TOKEN = (
    r"\[asy\][\s\S]*?\[/asy\]|\\[a-z]+|\\.|\d+(?:\.\d+)?"
    rf"|{_ALONE}|[\p{{L}}\p{{M}}--{_ALONE}]+|[^\s\w]"
)
_HYPHENS = (r"([a-z]{2})-([a-z]{2})", r"([a-z0-9])-([a-z]{3})")
_LAYOUT_COMMANDS = (
    r"\left \right \big \bigl \bigr \bigg \displaystyle \textstyle \limits \text \textbf \textit "
    r"\mathrm \mathbf \mathit \mathbb \mathcal \operatorname \quad \qquad \rm \bf \mbox "
    r"\dfrac \tfrac \frac \begin \end"
)
_LAYOUT = frozenset(_LAYOUT_COMMANDS.split())
_REMEMBERED = 2**20


class _Entry(NamedTuple):
    """What a token is: the hash that it is compared by (0: nothing), and the word's (0: none)."""

    token: int
    word: int
    decisive: bool
    number: bool


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts: their hashes, and how to write any of them again."""

    hashes: Ragged
    _codes: NDArray[np.int32]
    _spelling: list[str]

    def text(self, place: int, count: int) -> str:
        """The `count` words from `place` in `hashes.values` on."""
        return " ".join(self._spelling[code] for code in self._codes[place : place + count])


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts, read: tokens and words row by row.

    `decisive` and `numbers` are flags of the tokens, as `problems.tokens` has them.
    """

    tokens: Ragged
    decisive: Flags
    numbers: Flags
    words: Words


class Reader:
    """Reads texts; remembers what it made of the tokens it met."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def read(self, texts: Sequence[str]) -> Texts:
        """The texts in order. They must be Unicode: no halves of surrogate pairs."""
        raw, codes, starts = _tokens(texts)
        entries = self._look_up(raw)
        token = np.array([entry.token for entry in entries], dtype=np.uint64)[codes]
        word = np.array([entry.word for entry in entries], dtype=np.uint64)[codes]
        flags = np.array([(entry.decisive, entry.number) for entry in entries], dtype=bool)
        flags = flags.reshape(-1, 2)[codes]
        kept = token != 0
        words = Words(ragged(word, starts, word != 0), codes[word != 0], raw)
        return Texts(ragged(token, starts, kept), flags[kept, 0], flags[kept, 1], words)

    def _look_up(self, raw: list[str]) -> list[_Entry]:
        if len(self._entries) > _REMEMBERED:
            self._entries.clear()
        known = self._entries
        for token in raw:
            if token not in known:
                known[token] = _entry(token)
        return [known[token] for token in raw]


def _tokens(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int32], Places]:
    """The distinct raw tokens, the number of each token among them, and where texts start."""
    column = pl.Series([bare(text).lower() for text in texts], dtype=pl.String)
    for hyphen in _HYPHENS:
        column = column.str.replace_all(hyphen, "${1} ${2}")
    lists = column.str.extract_all(_TOKEN)
    starts = np.concatenate(([0], np.cumsum(lists.list.len().to_numpy().astype(np.int64))))
    flat = lists.explode(empty_as_null=False).to_arrow()
    encoded = pa.chunked_array([flat]).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return (
        [str(token) for token in encoded.dictionary.to_pylist()],
        encoded.indices.to_numpy(),
        starts,
    )


def _entry(raw: str) -> _Entry:
    spelled = [raw] if raw.startswith(_DRAWING) else tokens(raw)
    joined = " ".join(spelled)
    is_word = raw[0].isalnum() or (raw[0] == "\\" and raw[1:].isalpha() and raw not in _LAYOUT)
    return _Entry(
        token=_hash(joined) if spelled else 0,
        word=_hash(raw) if is_word else 0,
        decisive=bool(decisive(spelled)),
        number=joined[:1].isdigit(),
    )


def _hash(token: str) -> int:
    """Never 0, which stands for nothing."""
    return int.from_bytes(blake2b(token.encode(), digest_size=8).digest(), "big") or 1
