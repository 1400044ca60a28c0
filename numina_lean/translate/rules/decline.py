"""Why the rules decline a problem: a closed set of codes, and the error that carries one."""

from typing import Literal, get_args

Reason = Literal[
    "too_long",
    "no_answer",
    "proof_answer",
    "unreadable_answer",
    "answer_shape",
    "multiple_choice",
    "figure",
    "unknown_word",
    "unparsed_text",
    "unparsed_math",
    "ambiguous",
    "undefined_symbol",
    "unsupported_notion",
    "domain_unclear",
    "not_well_defined",
    "not_in_profile",
]
"""Codes of `Declined.reason`.

`unknown_word`: the text has a word that no rule of the grammar knows. `unparsed_text`: all words
are known, but no reading takes in every one of them. `unparsed_math`: a formula is not in the
grammar of formulas. `ambiguous`: two readings that mean different statements. `answer_shape`: the
reference answer can be read but is no answer to what is asked. `domain_unclear`: it is not said
which numbers are meant, and it matters. `not_well_defined`: an operation is applied where it has
no value. `not_in_profile`: readable, but needs notions that the asked profile lacks.
"""

REASONS: tuple[Reason, ...] = get_args(Reason)


class DeclineError(Exception):
    """Raised inside the translator when a problem cannot be translated; never leaves it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
