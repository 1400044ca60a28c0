-- family: reference
-- expect: rejected:reference_mismatch
abbrev target_statement : Prop := True
theorem target : target_statement := trivial
/- reference -/
abbrev target_statement : Prop := 2 + 2 = 5
theorem target : target_statement := sorry
