"""The one combination of Lean, mathlib and REPL that the native engine is written for.

`lean-toolchain`, `lakefile.lean` and `lake-manifest.json` at the top of the repository say the
same to Lean's own tools; a test holds them together.
"""

LEAN_TOOLCHAIN = "leanprover/lean4:v4.15.0"
LEAN_VERSION = "4.15.0"

MATHLIB_REVISION = "9837ca9d65d9de6fad1ef4381750ca688774e608"
"""The commit of mathlib's tag `v4.15.0`."""

REPL_URL = "https://github.com/leanprover-community/repl"
REPL_REVISION = "21966799da3691a0912b5a15193585bd2dd7165d"
"""The commit of the REPL's tag `v4.15.0`. It depends on nothing but Lean."""
