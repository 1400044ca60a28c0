"""Whether a problem asks several questions under labels: (a) Find …; (b) Prove ….

A list under labels is no list of questions by itself: conditions on a function come as (i) and
(ii), options as (A) and (B). A part counts where it asks or tells to do something.
"""

import re

_LABEL = re.compile(
    r"(?:^|(?<=[\s.;:,?!$*}\]]))(?:\*\*|\\textbf\{|\\item\s*\[?)?\s*"
    r"(?:part\s+)?[(\[]?(?P<label>[a-h]|[1-8]|i{1,3}|iv|v|vi)\s*[)\].](?:\*\*|\}|\])?[:.]?\s+(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_SEQUENCES = (
    ("a", "b", "c", "d", "e", "f", "g", "h"),
    ("1", "2", "3", "4", "5", "6", "7", "8"),
    ("i", "ii", "iii", "iv", "v", "vi"),
)
_ASKS = re.compile(
    r"\?|\b(?:find|prove|show|determine|compute|calculate|evaluate|solve|what|how\s+many|how\s+much|"
    r"express|give|decide|deduce|construct|describe|conclude|verify|write|simplify|state|"
    r"does\s+there|do\s+there|is\s+it\s+(?:true|possible)|can\s+(?:we|you|one))\b",
    re.IGNORECASE,
)
_PARTS = 2
_SECOND_LABELS = tuple(label + end for label in ("b", "B", "2", "ii", "II") for end in ")].")


def asks_several(text: str) -> str | None:
    """The labels under which `text` asks, where there are two or more, else None."""
    if not any(label in text for label in _SECOND_LABELS):
        return None
    marks = list(_LABEL.finditer(text))
    for sequence in _SEQUENCES:
        run = _run(marks, sequence)
        if len(run) < _PARTS:
            continue
        ends = [*(mark.start() for mark in run[1:]), len(text)]
        asking = [
            mark["label"]
            for mark, end in zip(run, ends, strict=True)
            if _ASKS.search(text, mark.end(), end)
        ]
        if len(asking) >= _PARTS:
            return ", ".join(asking)
    return None


def _run(marks: list[re.Match[str]], sequence: tuple[str, ...]) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for mark in marks:
        if len(run) < len(sequence) and mark["label"].lower() == sequence[len(run)]:
            run.append(mark)
    return run
