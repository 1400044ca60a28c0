"""A place among tokens that a grammar moves forward."""

from collections.abc import Callable, Sequence

from numina_lean.answers.tokens import Token
from numina_lean.answers.value import Expression

_DEEPEST = 40


class UnreadableError(Exception):
    """The tokens are not what the grammar wants here."""


class Cursor:
    """Stands before the token `at`. Methods that want a token raise `UnreadableError` at others."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise UnreadableError

    def peek(self, ahead: int = 0) -> Token | None:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def text(self, ahead: int = 0) -> str:
        """The sign or command at hand; empty for a number, a letter or the end."""
        token = self.peek(ahead)
        return token.text if token and token.kind in ("sign", "command") else ""

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise UnreadableError
        self.at += 1
        return token

    def expect(self, text: str) -> None:
        if self.text() != text:
            raise UnreadableError
        self.at += 1

    def within(self, read: Callable[[], Expression]) -> Expression:
        """`read` one level deeper, of which there are not too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableError
        found = read()
        self.depth -= 1
        return found
