"""Whether a row holds under the one Lean that the project pins, not only where it was made."""

from collections.abc import Iterable, Mapping
from typing import Any

from numina_lean.lean.native.pins import LEAN_VERSION

EMBEDDED = "embedded"
NATIVE = "native"


def is_pinned(provenance: Mapping[str, Any]) -> bool:
    """Whether the row was checked, or rechecked with success, by the pinned Lean.

    The embedded engine is a newer Lean without mathlib: what it accepts is likely to hold under the
    pinned one, and no more than likely.
    """
    return LEAN_VERSION in lean_versions(provenance)


def lean_versions(provenance: Mapping[str, Any]) -> tuple[str, ...]:
    """The Leans that accept the row as it is: the one it was made with, then those that confirm."""
    confirmations: Iterable[Mapping[str, Any]] = provenance.get("confirmations") or ()
    versions = [provenance.get("lean_version"), *(each["lean_version"] for each in confirmations)]
    return tuple(dict.fromkeys(str(version) for version in versions if version))
