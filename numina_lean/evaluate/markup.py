"""HTML that is built, never pasted: what is not `Markup` is escaped, whatever it holds."""

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
"""Neither HTML nor UTF-8 has a place for these; the last ones turn the text around them."""


class Markup(str):
    """A text that is HTML. Only this module makes it from others."""

    __slots__ = ()


Child: TypeAlias = "str | int | float | Iterable[Child] | None"


def element(name: str, *children: Child, **attributes: str | int | None) -> Markup:
    """`<name …>children</name>`. Children and values are escaped; None is left out.

    An underscore at the end of an attribute's name is taken off (`class_`).
    """
    given = "".join(
        f' {key.rstrip("_")}="{clean(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in ("img", "meta"):
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{_joined(children)}</{name}>")


def clean(text: str) -> str:
    """`text` as HTML shows it, in an element or in an attribute's quotes."""
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text), quote=True)


def document(title: str, style: str, *body: Child) -> Markup:
    """A page that loads nothing and runs nothing, and forbids both. `style` is CSS of ours."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = Markup(
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{clean(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{clean(title)}</title><style>{style}</style>"
    )
    html = element("html", element("head", head), element("body", *body), lang="en")
    return Markup(f"<!doctype html>\n{html}\n")


def _joined(child: Child) -> str:
    match child:
        case None:
            return ""
        case Markup():
            return str(child)
        case str() | int() | float():
            return clean(str(child))
    return "".join(_joined(each) for each in child)
