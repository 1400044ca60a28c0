-- family: reference
-- expect: rejected:reference_mismatch
def target : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
