"""The answer that a problem's text ends with, as data sets for provers put it there."""

import re

_ASKS = re.compile(
    r"[ \n]*\b(?:Show that it is|Prove that the answer is:?)\s*(?P<answer>.+?)\s*\Z", re.DOTALL
)
PROOF = "proof"


def answer_of(informal: str) -> tuple[str, str]:
    """The text without the sentence that gives the answer, and the answer; else `proof`."""
    match = _ASKS.search(informal)
    if match is None:
        return informal, PROOF
    return informal[: match.start()].rstrip(), match["answer"].removesuffix(".").strip()
