-- family: reference
-- expect: rejected:reference_mismatch|rejected:axiom
axiom target : 2 + 2 = 5
/- reference -/
theorem target : 2 + 2 = 5 := sorry
