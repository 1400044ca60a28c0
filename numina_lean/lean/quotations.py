"""Whether the macros of a source are quotations and nothing else, told from its text.

A macro may compute the syntax that it stands for, and so say what its text never says. One whose
body is a single quotation cannot: what it stands for is written there. Covers `macro … : tactic`,
`: term`, `: conv`, and `macro_rules` for tactics. Everything else counts as computed.
"""

import re

_COMPUTES = re.compile(r"\$\(|«|``|['\]]\(|\('|`\['|(?<![A-Za-z_])(?:Lean|Syntax|TSyntax|Name)\b")
_MACRO = re.compile(r"(?<![A-Za-z_])macro(?![A-Za-z0-9_])")
_MACRO_HEAD = re.compile(r"[^=]*?:\s*(?:tactic|term|conv)\s*=>\s*(?=`\()")
_RULES = re.compile(r"(?<![A-Za-z_])macro_rules(?![A-Za-z0-9_])")
_RULES_HEAD = re.compile(r"\s*\|\s*`\(tactic\|")
_BODY_BEFORE = re.compile(r"=>\s*$")
_PATTERN_BEFORE = re.compile(r"\|\s*$")
_PATTERN_AFTER = re.compile(r"\s*=>\s*`\(tactic\|")
_ALTERNATIVE_AFTER = re.compile(r"\s*\n\s*\|\s*`\(tactic\|")
# Words that no Lean takes for part of a term, where a line begins with one.
_COMMAND = re.compile(
    r"\s*(?:$|\n(?:theorem|example|def|abbrev|instance|structure|inductive|class|macro|macro_rules|"
    r"syntax|notation|infixl|infixr|infix|prefix|postfix|end|namespace|section|open|variable|"
    r"universe|set_option|local|scoped|private|protected|noncomputable|mutual|attribute|axiom|"
    r"opaque|#eval|#check|#print|#guard|@\[)(?![A-Za-z0-9_']))"
)


def only_quotes(bare: str) -> bool:
    """Whether every macro of `bare` (a `Skeleton.bare`) is made of quotations."""
    if _COMPUTES.search(bare):
        return False
    heads_are_plain = all(
        _MACRO_HEAD.match(bare, word.end()) for word in _MACRO.finditer(bare)
    ) and all(_RULES_HEAD.match(bare, word.end()) for word in _RULES.finditer(bare))
    rules = _RULES.search(bare) is not None
    return heads_are_plain and all(
        _stands_alone(bare, quote.start(), rules) for quote in re.finditer(r"`\(", bare)
    )


def _stands_alone(bare: str, start: int, rules: bool) -> bool:
    """Whether the quotation at `start` is a whole pattern or a whole body."""
    end = _closing(bare, start + 1)
    if end is None or (rules and not bare.startswith("`(tactic|", start)):
        return False
    before = bare[max(0, start - 200) : start]
    if _PATTERN_BEFORE.search(before):
        return _PATTERN_AFTER.match(bare, end) is not None
    if not _BODY_BEFORE.search(before):
        return False
    alternative = rules and _ALTERNATIVE_AFTER.match(bare, end) is not None
    return alternative or _COMMAND.match(bare, end) is not None


def _closing(bare: str, start: int) -> int | None:
    """Behind the parenthesis that closes the one at `start`."""
    depth = 0
    for at in range(start, len(bare)):
        depth += {"(": 1, ")": -1}.get(bare[at], 0)
        if depth == 0:
            return at + 1
    return None
