-- family: text
-- expect: rejected:reference_mismatch
theorem fine : 2 + 2 = 4 := rfl
/- looks closed -/ /- but /- is -/ not
theorem target : 2 + 2 = 5 := rfl
-/
/- reference -/
theorem target : 2 + 2 = 5 := sorry
