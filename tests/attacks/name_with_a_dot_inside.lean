-- family: text
-- expect: rejected:reference_mismatch
theorem «a.target» : 2 + 2 = 4 := rfl
/- reference -/
theorem a.target : 2 + 2 = 4 := sorry
