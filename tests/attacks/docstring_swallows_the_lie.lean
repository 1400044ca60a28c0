-- family: text
-- expect: rejected:reference_mismatch
/-- theorem target : 2 + 2 = 5 := rfl -/
theorem other : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 5 := sorry
