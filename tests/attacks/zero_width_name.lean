-- family: text
-- expect: rejected:reference_mismatch
theorem «targ​et» : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
