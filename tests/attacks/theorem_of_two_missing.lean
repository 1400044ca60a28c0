-- family: reference
-- expect: rejected:reference_mismatch
theorem first : 2 + 2 = 4 := rfl
/- reference -/
theorem first : 2 + 2 = 4 := sorry
theorem second : 2 + 2 = 5 := sorry
