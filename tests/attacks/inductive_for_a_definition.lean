-- family: reference
-- expect: rejected:reference_mismatch
inductive claim : Prop where
  | intro
theorem target : claim := .intro
/- reference -/
def claim : Prop := 2 + 2 = 5
theorem target : claim := sorry
