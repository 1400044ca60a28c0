-- family: text
-- expect: rejected:reference_mismatch
def text := "
theorem target : 2 + 2 = 5 := rfl
"
/- reference -/
theorem target : 2 + 2 = 5 := sorry
