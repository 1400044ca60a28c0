-- family: text
-- expect: rejected:early_exit|rejected:reference_mismatch
theorem fine : 2 + 2 = 4 := rfl
#exit
theorem target : 2 + 2 = 5 := rfl
/- reference -/
theorem target : 2 + 2 = 5 := sorry
