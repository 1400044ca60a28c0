import Lake
open Lake DSL

package numina_lean where
  -- Lean's default binds an undeclared variable silently: a wrong statement would compile.
  leanOptions := #[⟨`autoImplicit, false⟩]

-- mathlib `v4.15.0`, by commit: a tag can move. `lake-manifest.json` pins what mathlib needs;
-- without it, LeanSearchClient would follow its main branch.
require mathlib from git
  "https://github.com/leanprover-community/mathlib4" @ "9837ca9d65d9de6fad1ef4381750ca688774e608"

-- The prelude that statements in core Lean begin with, and its equivalence with mathlib.
@[default_target]
lean_lib NuminaLean where
  srcDir := "lean_project"
  globs := #[.andSubmodules `NuminaLean]
