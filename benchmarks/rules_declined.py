"""What the rules decline, counted by reason, and what to do next about each reason."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.table import Table

from numina_lean.translate.rules.decline import DeclineError, Reason
from numina_lean.translate.rules.prose_tokens import Word, tokenize_prose
from numina_lean.translate.rules.reading import vocabulary

NEXT: dict[Reason, str] = {
    "too_long": "Ask a model. One sentence more doubles the readings that must all agree; the "
    "limit is what Earley parses in a second.",
    "no_answer": "Reject the row when selecting (reason no_answer), or let a model state it as a "
    "proof.",
    "proof_answer": "Ask a model, unless the conclusion is a formula: then it needs a rule for the "
    "sentence that states it.",
    "unreadable_answer": "Intervals and unions as answers: a rule in `answer` and a printer for "
    "sets of real numbers (mathlib only).",
    "answer_shape": "Look at the row: as a rule the reference answer belongs to another question.",
    "multiple_choice": "Run `numina-lean select` before: it turns options into the value asked "
    "for, and declines questions about the options.",
    "figure": "None for the rules. `numina-lean select` leaves these rows out.",
    "unknown_word": "Add the words that alone block most rows (below) to prose.lark, each with its "
    "meaning; words of things and stories stay out.",
    "unparsed_text": "Read the rows whose words are all known: each wants a production in "
    "prose.lark and a meaning beside it, of the phrase that the detail names.",
    "unparsed_math": "Add the command to formula.lark if its notion has a Lean counterpart in the "
    "prelude or mathlib (overlines of digits, vectors, matrices, cases); else a model.",
    "ambiguous": "Keep declining. If a convention settles it (positive divisors), `doubts` is the "
    "place to say so.",
    "undefined_symbol": "Keep declining, but for inverse functions, which need a rule in "
    "`definitions`.",
    "unsupported_notion": "Complex conditions and remainders of polynomials are next, both for "
    "mathlib only.",
    "domain_unclear": "Keep declining: a guess of the domain is how false statements are made.",
    "not_well_defined": "Keep declining, or prove the side condition: sums of logarithms of "
    "positive terms could carry it.",
    "not_in_profile": "Translate for mathlib, where most of these rows are translated.",
}
"""The next step for every reason of the closed set."""

_MOST_DETAILS = 3


def declined_table(
    core: Iterable[DeclineError], mathlib: Iterable[DeclineError], rows: int
) -> Table:
    """A row a reason: how often in each profile, its commonest details, the next step."""
    core, mathlib = list(core), list(mathlib)
    by_core = Counter(error.reason for error in core)
    by_mathlib = Counter(error.reason for error in mathlib)
    table = Table(title=f"declined, of {rows} rows", show_lines=True)
    for name in ("reason", "core", "mathlib", "most often", "what to do next"):
        table.add_column(name, justify="right" if name in PROFILE_COLUMNS else "left")
    for reason, _ in (by_core | by_mathlib).most_common():
        details = Counter(error.detail for error in (*core, *mathlib) if error.reason == reason)
        often = "; ".join(detail[:40] for detail, _ in details.most_common(_MOST_DETAILS))
        table.add_row(reason, str(by_core[reason]), str(by_mathlib[reason]), often, NEXT[reason])
    return table


PROFILE_COLUMNS = ("core", "mathlib")


def lone_words(texts: Iterable[str]) -> Mapping[str, int]:
    """Of texts with just one word that the grammar does not know: how often each is that word."""
    lone: Counter[str] = Counter()
    for text in texts:
        try:
            tokens = tokenize_prose(text)
        except DeclineError:
            continue
        words = {token.text for token in tokens if isinstance(token, Word)} - vocabulary()
        if len(words) == 1:
            lone.update(words)
    return dict(lone.most_common())
