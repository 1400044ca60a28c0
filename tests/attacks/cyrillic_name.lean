-- family: text
-- expect: error:-|rejected:reference_mismatch
theorem tаrget : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
