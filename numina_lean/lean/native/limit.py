"""Cuts a report down to the number of characters that its check allows."""

from dataclasses import replace

from numina_lean.lean.report import Message, Report, Sorry


def limit_report(report: Report, limit: int) -> Report:
    """`report` with at most `limit` characters of messages and goals together.

    Errors are served before other messages, those before goals; what does not fit is cut and
    the rest dropped, order kept. The first error and every sorry stay, if only with an empty
    text: a report never loses that there was one.
    """
    total = sum(len(m.text) for m in report.messages) + sum(len(s.goal) for s in report.sorries)
    if total <= limit:
        return report
    left = limit
    kept: dict[int, Message] = {}
    order = sorted(
        range(len(report.messages)), key=lambda i: report.messages[i].severity != "error"
    )
    for index in order:
        message = report.messages[index]
        if left <= 0 and not (message.severity == "error" and not kept):
            break
        kept[index] = replace(message, text=message.text[: max(left, 0)])
        left -= len(message.text)
    sorries: list[Sorry] = []
    for sorry in report.sorries:
        sorries.append(replace(sorry, goal=sorry.goal[: max(left, 0)]))
        left -= len(sorry.goal)
    return replace(
        report,
        messages=tuple(kept[index] for index in sorted(kept)),
        sorries=tuple(sorries),
        truncated=True,
    )
