-- family: reference
-- expect: error:reference
theorem target : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = Nate := sorry
