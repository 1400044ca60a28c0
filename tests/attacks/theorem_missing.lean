-- family: reference
-- expect: rejected:reference_mismatch
theorem other : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
