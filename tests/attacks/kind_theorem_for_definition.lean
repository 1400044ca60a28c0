-- family: harmless
-- expect: proved:-|rejected:reference_mismatch
theorem helper : 2 + 2 = 4 := rfl
theorem target : 2 + 2 = 4 := helper
/- reference -/
def helper : 2 + 2 = 4 := rfl
theorem target : 2 + 2 = 4 := sorry
