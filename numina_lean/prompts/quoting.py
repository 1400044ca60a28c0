"""Text by others inside a prompt: data that cannot pass for the prompt's own words.

Our own prompts put it between tags with a number that occurs nowhere in it, so that no text can
close its tag. The number follows from the texts, and so the same request is the same prompt.
"""

import hashlib
import re
from dataclasses import dataclass

_CONTROL = re.compile(
    r"<(?=\|[A-Za-z0-9_ ]{1,40}\|>)"
    r"|<(?=｜[^｜\n]{1,40}｜>)"
    r"|<(?=/?(?:think|thinking|s|unk|pad|bos|eos|start_of_turn|end_of_turn)>)"
    r"|\[(?=/?INST\])"
)
"""The beginning of what tokenizers take for a mark of a turn, a thought or a text's end."""

_DIGITS = 16


def neutral(text: str) -> str:
    """`text` as a tokenizer may see it: no special tokens, no code points that no UTF-8 can say.

    Mathematics is left as it is; a special token gets a blank after its first character.
    """
    text = _CONTROL.sub(lambda match: f"{match[0]} ", text.replace("\0", ""))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class Quotes:
    """The tags for all texts that one message quotes."""

    texts: tuple[str, ...]

    @property
    def number(self) -> str:
        """Hexadecimal digits that stand in none of the texts."""
        digest = hashlib.sha256("\0".join(map(neutral, self.texts)).encode())
        while any(digest.hexdigest()[:_DIGITS] in text.lower() for text in self.texts):
            digest.update(b"again")
        return digest.hexdigest()[:_DIGITS]

    def block(self, label: str, text: str) -> str:
        """`text`, which is one of the texts, between tags of that name."""
        number = self.number
        return f"<{label}-{number}>\n{neutral(text).strip()}\n</{label}-{number}>"
