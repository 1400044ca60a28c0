"""Tokens into text one at a time, giving out only characters that later tokens cannot change."""

from collections.abc import Callable, Sequence

_BROKEN = "�"  # what a decoder writes for bytes that are not yet a character
_LONGEST_WAIT = 16  # tokens; longer than any character is in bytes


class Detokenizer:
    """Decodes a growing list of tokens, looking back only over the last few.

    A token is decoded together with the ones before it, since decoders put spaces and join bytes
    by what is beside them. `decode` is the tokenizer's, without special tokens.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._read = 0  # tokens of the window whose text was given out

    def add(self, token: int) -> str:
        """The text that has become certain with this token, often empty or one word."""
        self._window.append(token)
        before, after = self._texts()
        waiting = len(self._window) - self._read
        if after.endswith(_BROKEN) and waiting < _LONGEST_WAIT:
            return ""
        return self._advance(before, after)

    def rest(self) -> str:
        """The text still held back, however broken, at the end."""
        return self._advance(*self._texts())

    def _texts(self) -> tuple[str, str]:
        return self._decode(self._window[: self._read]), self._decode(self._window)

    def _advance(self, before: str, after: str) -> str:
        self._window = self._window[self._read :]
        self._read = len(self._window)
        return after[len(before) :]
