"""The report of an evaluation, and of a comparison, as a page of HTML that needs nothing else."""

from base64 import b64encode
from collections.abc import Callable, Sequence

from numina_lean.evaluate.ballot import Rule
from numina_lean.evaluate.bootstrap import LEVEL, Interval
from numina_lean.evaluate.compare import Comparison, Shift, SuiteComparison
from numina_lean.evaluate.findings import Cast, Findings
from numina_lean.evaluate.markup import Child, Markup, document, element
from numina_lean.evaluate.plots import HOW_TO_GET, can_draw, draw_curves, draw_spread
from numina_lean.evaluate.scores import Estimate

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1f2933; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #e4e7eb; }
h3 { margin-bottom: .3rem; font-size: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #7b8794; }
td { border-bottom: 1px solid #e4e7eb; } .n { text-align: right; }
.soft { color: #616e7c; } .right { color: #2d6a3e; } .wrong { color: #a4361e; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 40rem; }
td { overflow-wrap: anywhere; } img { max-width: 100%; } summary { cursor: pointer; }
"""
_MOST_VOTES = 4
_MOST_PROBLEMS = 1000
_LONGEST_ANSWER = 60
_LONGEST_TEXT = 2000


def evaluation_page(suites: Sequence[Findings]) -> str:
    """The report: suites at a glance, then each with its tables, curves and problems."""
    return document(
        "Evaluation",
        _STYLE,
        element("h1", "Evaluation"),
        element(
            "p",
            f"Shares are means over seeds. In brackets: {LEVEL:.0%} intervals by bootstrap, over "
            "problems (other problems of the kind) and over seeds (the same run again).",
            class_="soft",
        ),
        _overview(suites),
        _picture(lambda: draw_spread(suites), "Right votes of each seed, a row a suite"),
        [_suite(each) for each in suites],
    )


def comparison_page(suites: Sequence[SuiteComparison], a: str, b: str) -> str:
    """What changed from A to B, which are named `a` and `b`."""
    return document(
        "Comparison",
        _STYLE,
        element("h1", "Comparison"),
        element("p", "A: ", element("code", a), ", B: ", element("code", b)),
        [_compared(each) for each in suites],
    )


def percent(share: float) -> str:
    return f"{share:.1%}"


def told_interval(interval: Interval | None, *, signed: bool = False) -> str:
    """`[12.0%, 30.1%]`, or a dash."""
    if interval is None:
        return "–"
    sign = "+" if signed else ""
    return f"[{interval.low:{sign}.1%}, {interval.high:{sign}.1%}]"


def told_deviation(estimate: Estimate) -> str:
    return "" if estimate.deviation is None else f" ± {estimate.deviation:.1%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Child]], numbers: int = 0) -> Markup:
    """The last `numbers` columns stand to the right."""
    first = len(head) - numbers

    def row(name: str, cells: Sequence[Child]) -> Markup:
        return element(
            "tr",
            [element(name, each, class_="n" if i >= first else None)
             for i, each in enumerate(cells)],
        )  # fmt: skip

    return element(
        "table",
        element("thead", row("th", head)),
        element("tbody", [row("td", each) for each in rows]),
    )


def _overview(suites: Sequence[Findings]) -> Markup:
    rows = [
        (each.manifest.suite, rule, len(found.problems), len(each.totals),
         percent(found.vote.mean) + told_deviation(found.vote),
         told_interval(found.vote.over_problems), told_interval(found.vote.over_seeds),
         percent(found.sample.mean), percent(found.passing[-1].mean))
        for each in suites
        for rule, found in each.scores.items()
    ]  # fmt: skip
    head = ("suite", "rule", "problems", "seeds", "right votes", "over problems", "over seeds",
            "single samples", "pass@most")  # fmt: skip
    return _table(head, rows, numbers=7)


def _suite(found: Findings) -> Markup:
    manifest = found.manifest
    settings = ", ".join(f"{name} {value}" for name, value in manifest.settings.items())
    return element(
        "section",
        element("h2", f"{manifest.suite}: {manifest.title}"),
        element("p", f"{manifest.rows} rows of ", element("code", manifest.source), class_="soft"),
        element("ul", [element("li", note) for note in found.notes]) if found.notes else None,
        element("h3", "Seeds"),
        _seeds(found),
        [_curves(found, rule) for rule in found.scores],
        element("h3", "How samples ended"),
        _table(("end", "share"), [(h, percent(s)) for h, s in found.endings.items()], numbers=1),
        element("details", element("summary", "Problems and votes"), _problems(found)),
        element("details", element("summary", "Settings"), element("p", settings)),
    )


def _seeds(found: Findings) -> Markup:
    counted = ("problems", "samples", "tokens", "programs", "failed_programs")
    rows: list[Sequence[Child]] = []
    for i, (seed, totals) in enumerate(found.totals.items()):
        shares = [percent(each.vote.by_seed[i]) for each in found.scores.values()]
        rows.append((seed, *shares, *(f"{totals[name]:,}" for name in counted)))
    head = ("seed", *(f"right ({rule})" for rule in found.scores), "finished", "samples", "tokens",
            "programs", "failed")  # fmt: skip
    return _table(head, rows, numbers=len(head) - 1)


def _curves(found: Findings, rule: Rule) -> Markup:
    scores = found.scores[rule]
    rows = [
        (k, percent(votes.mean) + told_deviation(votes), told_interval(votes.over_problems),
         told_interval(votes.over_seeds), percent(passes.mean) + told_deviation(passes),
         told_interval(passes.over_problems), told_interval(passes.over_seeds))
        for k, votes, passes in zip(scores.ks, scores.majority, scores.passing, strict=True)
    ]  # fmt: skip
    head = ("k", "maj@k", "over problems", "over seeds", "pass@k", "over problems", "over seeds")
    return element(
        "div",
        element("h3", f"maj@k and pass@k, {rule} ({len(scores.problems)} problems)"),
        _picture(
            lambda: draw_curves(scores), f"maj@k and pass@k of {found.manifest.suite}, {rule}"
        ),
        _table(head, rows, numbers=len(head)),
    )


def _picture(draw: Callable[[], bytes], words: str) -> Markup:
    if not can_draw():
        return element("p", "No picture: ", element("code", HOW_TO_GET), class_="soft")
    data = b64encode(draw()).decode()
    return element("img", src=f"data:image/svg+xml;base64,{data}", alt=words)


def _problems(found: Findings) -> Markup:
    rules = tuple(found.scores)
    rows = [
        (each.id,
         element("details", element("summary", _short(each.text, _LONGEST_ANSWER)),
                 element("div", _short(each.text, _LONGEST_TEXT), class_="text")),
         "" if each.reference is None else _short(each.reference, _LONGEST_ANSWER),
         [_cast(cast) for cast in each.casts],
         *(percent(each.share[rule]) if rule in each.share else "–" for rule in rules))
        for each in found.problems[:_MOST_PROBLEMS]
    ]  # fmt: skip
    head = ("problem", "text", "answer", "votes, by seed", *(f"samples right ({r})" for r in rules))
    more = len(found.problems) - len(rows)
    return element(
        "div",
        _table(head, rows, numbers=len(rules)),
        element("p", f"{more} more are in report.json") if more > 0 else None,
    )


def _cast(cast: Cast) -> Markup:
    """One line: the seed, the classes with their weights, and what the rules say of the winner."""
    shown = ", ".join(
        f"{_short(answer, _LONGEST_ANSWER)} × {weight:g}"
        for answer, weight in cast.votes[:_MOST_VOTES]
    )
    more = len(cast.votes) - _MOST_VOTES
    rest = (f", {more} more" if more > 0 else "") + (
        f", no answer × {cast.abstained}" if cast.abstained else ""
    )
    rulings = {rule: "right" if right else "wrong" for rule, right in cast.right.items()}
    words = set(rulings.values())
    said = words.pop() if len(words) == 1 else ", ".join(f"{r} {w}" for r, w in rulings.items())
    css = said if said in ("right", "wrong") else "soft"
    return element(
        "div", f"{cast.seed}: {shown or 'nothing'}{rest} — ", element("span", said, class_=css)
    )


def _compared(suite: SuiteComparison) -> Markup:
    return element(
        "section",
        element("h2", f"{suite.suite}: {suite.title}"),
        element("ul", [element("li", note) for note in suite.notes]) if suite.notes else None,
        [_comparison(each) for each in suite.rules],
    )


def _comparison(found: Comparison) -> Markup:
    rows = [
        ("right votes", percent(found.a), percent(found.b), f"{found.difference:+.1%}",
         told_interval(found.interval, signed=True), f"{found.p:.4g}"),
        ("single samples", "", "", f"{found.sample_difference:+.1%}",
         told_interval(found.sample_interval, signed=True), ""),
    ]  # fmt: skip
    tests = [
        (seed, each.wins, each.losses, f"{each.p:.4g}") for seed, each in found.by_seed.items()
    ]
    return element(
        "div",
        element("h3", f"{found.rule}, {found.problems} problems: {verdict_words(found)}"),
        _table(("", "A", "B", "B − A", f"{LEVEL:.0%} over problems", "p"), rows, numbers=5),
        _table(("seed", "only B right", "only A right", "McNemar's p"), tests, numbers=4)
        if tests
        else None,
        _shifts("B wins", found.wins),
        _shifts("B loses", found.losses),
    )


def verdict_words(found: Comparison) -> str:
    """What the permutation test says, in a sentence."""
    match found.verdict:
        case "not shown":
            return f"no change is shown (p = {found.p:.2g})"
        case better_or_worse:
            return f"B is {better_or_worse} (p = {found.p:.2g})"


def _shifts(title: str, shifts: Sequence[Shift]) -> Markup:
    rows = [(each.id, percent(each.a), percent(each.b)) for each in shifts]
    return element(
        "details",
        element("summary", f"{title}: {len(shifts)} problems"),
        _table(("problem", "A right", "B right"), rows, numbers=2),
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
