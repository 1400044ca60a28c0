"""A paper into problems with their solutions, and what a person has to look at."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from numina_lean.papers.cut import Cut, Found, cut
from numina_lean.papers.number import gaps
from numina_lean.papers.paper import Page, Paper
from numina_lean.papers.pattern import Patterns, shipped_patterns
from numina_lean.papers.review import Review
from numina_lean.papers.segment import Segment
from numina_lean.papers.text_line import TextLine, lines_in, prose

DOUBTFUL = 0.5
"""Below this confidence a segment goes to the review queue."""

_SHORTEST, _LONGEST = 15, 6000
_MOST_LEFT = 400
"""Characters before the first problem that are taken for title and rules of the contest."""

_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
_FIGURE = re.compile(
    r"\b(?:figure|diagram|picture) (?:shown|below|above|on)\b|如图|下图|右图|图中", re.IGNORECASE
)
_FORMULA_IN_SCAN = re.compile(r"[a-zA-Z0-9]\s*[=+<>≤≥−×^/√]|[=+<>≤≥−×^/√]\s*[a-zA-Z0-9]")


@dataclass(frozen=True, slots=True)
class Segmentation:
    """`patterns`: the name of those that fitted best; empty where none found a problem."""

    segments: tuple[Segment, ...]
    review: tuple[Review, ...]
    patterns: str


def segment(paper: Paper | str, patterns: Patterns | None = None) -> Segmentation:
    """Problems with solutions out of a paper, or out of Markdown as one page.

    Without `patterns`, those of the package that fit best are taken. Doubtful segments and text
    that fits nothing come back in `review`, with the reason.
    """
    if isinstance(paper, str):
        paper = Paper("", (Page(1, paper, 1.0, (), "text"),))
    lines = lines_in(paper)
    language = language_of(line.text for line in lines)
    choice = [patterns] if patterns is not None else list(shipped_patterns().values())
    choice = [one for one in choice if patterns is not None or language in one.languages]
    tried = [
        (fit(made, one), -place, one, made)
        for place, one in enumerate(choice)
        for made in [cut(lines, one)]
    ]
    best = max(tried, key=lambda t: t[:2], default=None)
    if best is None or not best[3].found:
        return Segmentation((), tuple(_unread(lines)), "")
    return _segmentation(best[3], best[2], paper, language)


def language_of(texts: Iterable[str]) -> str:
    """`zh` where a tenth of the letters are Chinese, `ru` and `ko` likewise, else `en`."""
    counts = Counter(_script(c) for text in texts for c in text if c.isalpha())
    total = max(1, counts.total())
    return next((code for code in ("zh", "ru", "ko") if counts[code] > 0.1 * total), "en")


def _script(letter: str) -> str:
    if "\u4e00" <= letter <= "\u9fff":
        return "zh"
    if "\u0400" <= letter <= "\u04ff":
        return "ru"
    return "ko" if "\uac00" <= letter <= "\ud7af" else "en"


def fit(made: Cut, patterns: Patterns) -> float:
    """How well the patterns cut the paper: problems found and solved, less gaps and strays."""
    count = len(made.found)
    if not count:
        return -math.inf
    solved = sum(bool(found.solution or found.answer) for found in made.found)
    score = count + 0.5 * solved - len(gaps([found.number for found in made.found]))
    score -= 0.2 * made.strays + 0.5 * len(made.unmatched)
    if patterns.choices is not None:
        chosen = sum(_choices(found, patterns) >= 3 for found in made.found)
        score += 0.3 * chosen if chosen >= 0.5 * count else -0.3 * (count - chosen)
    return score


def _choices(found: Found, patterns: Patterns) -> int:
    if patterns.choices is None:
        return 0
    text = " ".join(line.text for line in found.problem)
    return len({match["letter"].upper() for match in patterns.choices.finditer(text)})


def _segmentation(made: Cut, patterns: Patterns, paper: Paper, language: str) -> Segmentation:
    holes = set(gaps([found.number for found in made.found]))
    counts = Counter(str(found.number) for found in made.found)
    solved = sum(bool(found.solution) for found in made.found)
    segments, review = [], []
    for place, found in enumerate(made.found):
        again = counts[str(found.number)] > 1
        number = f"{found.part}.{found.number}" if again else str(found.number)
        doubts = [(0.8, doubt) for doubt in found.doubts]
        if place in holes:
            doubts.append((0.8, "the number before it is missing"))
        if place + 1 in holes:
            doubts.append((0.6, "the number after it is missing"))
        if not found.solution and solved > 0.5 * len(made.found):
            doubts.append((0.7, "no solution, though most problems have one"))
        doubts += _doubts(found, patterns, paper)
        made_segment = _segment(found, number, language, doubts)
        if made_segment.confidence < DOUBTFUL:
            review.append(Review.of(made_segment, "doubtful"))
        else:
            segments.append(made_segment)
    for found in made.unmatched:
        text = prose([*found.problem, *found.solution, *found.answer])
        detail = f"solution or answer {found.number} has no problem"
        review.append(Review.of_text("no_problem", detail, found.page, text))
    left = prose(made.left)
    if len(left) > _MOST_LEFT:
        detail = "text before the first problem or solution"
        review.append(Review.of_text("left_over", detail, made.left[0].page, left))
    return Segmentation(tuple(segments), tuple(review), patterns.name)


def _segment(
    found: Found, number: str, language: str, doubts: Sequence[tuple[float, str]]
) -> Segment:
    problem, solution, answer = (
        prose(part).strip() for part in (found.problem, found.solution, found.answer)
    )
    confidence = math.prod(factor for factor, _ in doubts)
    return Segment(
        number=number,
        problem=problem,
        solution=solution or None,
        answer=answer or None,
        language=language_of([problem]) if language == "en" else language,
        page=found.page,
        confidence=round(float(confidence), 3),
        reasons=tuple(reason for _, reason in doubts),
        images=tuple(dict.fromkeys(_IMAGE.findall(f"{problem}\n{solution}"))),
    )


def _doubts(found: Found, patterns: Patterns, paper: Paper) -> list[tuple[float, str]]:
    """What the text itself gives reason to doubt, each with what it takes the confidence by."""
    doubts: list[tuple[float, str]] = []
    text = prose(found.problem)
    if len(text) < (_SHORTEST if text.isascii() else _SHORTEST // 3):
        doubts.append((0.4, "the problem is very short"))
    if len(text) > _LONGEST:
        doubts.append((0.4, "the problem is very long: the next heading may have been missed"))
    if text.count("$") % 2:
        doubts.append((0.8, "a formula is not closed"))
    letters = _choices(found, patterns)
    if 0 < letters < 4:
        doubts.append((0.8, f"only {letters} choices"))
    if _FIGURE.search(text) and not _IMAGE.search(text):
        doubts.append((0.7, "speaks of a figure, and none was found"))
    pages = {line.page for line in (*found.problem, *found.solution)}
    read = [page for page in paper.pages if page.number in pages]
    worst = min((page.confidence for page in read), default=1.0)
    if worst < 0.98:
        doubts.append((worst, f"its page was read with confidence {worst:.2f}"))
    scanned = any(page.how in ("tesseract", "rapidocr") for page in read)
    if scanned and _FORMULA_IN_SCAN.search(text):
        doubts.append((0.8, "formulas from a scan: scripts and fractions may be lost"))
    return doubts


def _unread(lines: Sequence[TextLine]) -> list[Review]:
    """All of the paper, page by page, to be looked at."""
    pages = sorted({line.page for line in lines})
    detail = "no patterns found a problem on this page"
    return [
        Review.of_text("no_pattern", detail, page, prose([ln for ln in lines if ln.page == page]))
        for page in pages
    ]
