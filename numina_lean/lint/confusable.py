"""Characters that look like others: identifiers that are not the ones they seem.

Lean's identifiers take Greek letters, script and double-struck letters, and anything between
guillemets. Greek is ordinary mathematics, so a Greek letter counts where it cannot be told from a
Latin one at all, or where the source has its Latin twin as well. The pairs are a selection of
those that Unicode's "confusables" (UTS 39) lists for scripts met with in sources.
"""

import re
import unicodedata

_SAME = str.maketrans(
    # Greek capitals and omicron
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
    # Cyrillic
    "АВЕЅІЈКМНОРСТУХаеіјорсухѕԁԛԝ"
    # Armenian and others
    "օսոհϲϳꓳ",
    "ABEZHIKMNOPTYXoABESIJKMHOPCTYXaeijopcyxsdqwounhcjO",
)
"""Letters that look just like a Latin one: no one tells them apart on a screen."""
_CLOSE = str.maketrans("νυιρκχτγηαω", "vuipkxtynaw")
"""Letters that look much like a Latin one, and are common in mathematics of their own."""

_IDENTIFIER = re.compile(r"[^\W\d][\w'!?₀-₉]*|«[^»\n]*»")
_COMMENT = re.compile(r"--[^\n]*|/-.*?-/", re.DOTALL)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def look_alikes(source: str) -> tuple[tuple[str, str], ...]:
    """The suspicious identifiers of `source` in order of appearance, each with why."""
    text = _COMMENT.sub(" ", source)
    found: dict[str, str] = {}
    twins: dict[str, str] = {}
    for match in _IDENTIFIER.finditer(text):
        name = match.group()
        if name in found:
            continue
        strange = [each for each in name if each.translate(_SAME) != each]
        if strange:
            found[name] = f"{_named(strange[0])} looks like Latin {strange[0].translate(_SAME)}"
            continue
        first = twins.setdefault(_skeleton(name), name)
        if first != name:
            found[name] = f"looks like {first}, which is another name"
    for match in _INVISIBLE.finditer(source):
        found.setdefault(f"U+{ord(match.group()):04X}", f"{_named(match.group())} cannot be seen")
    return tuple(found.items())


def _skeleton(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(_SAME).translate(_CLOSE)


def _named(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
