-- The library's root holds what needs no mathlib. `NuminaLean.Equivalence`, which does, is
-- built beside it (`globs` in the lakefile) and imported by name.
import NuminaLean.Prelude
