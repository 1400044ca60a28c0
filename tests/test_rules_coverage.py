"""Every reason for declining has its next step, and the words that block rows are counted."""

from rules_declined import NEXT, declined_table, lone_words

from numina_lean.translate.rules.decline import REASONS, DeclineError


def test_every_reason_says_what_to_do_next() -> None:
    assert set(NEXT) == set(REASONS)
    assert all(len(step) > 20 for step in NEXT.values())


def test_a_text_counts_for_the_one_word_that_the_grammar_lacks() -> None:
    texts = [
        "Find the wombat of $12$ and $18$.",
        "Find the wombat and the zebu of $12$ and $18$.",
        "What is the wombat of $3$?",
        "What is the sum of $3$ and $4$?",
    ]
    assert lone_words(texts) == {"wombat": 2}


def test_the_table_counts_each_profile_by_itself() -> None:
    core = [DeclineError("figure", "f"), DeclineError("not_in_profile", "real numbers")]
    table = declined_table(core, core[:1], 10)
    columns = {column.header: list(column.cells) for column in table.columns}
    assert columns["reason"] == ["figure", "not_in_profile"]
    assert columns["core"] == ["1", "1"]
    assert columns["mathlib"] == ["1", "0"]
