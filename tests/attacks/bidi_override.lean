-- family: text
-- expect: rejected:reference_mismatch
/- ‮ -/ theorem target : 2 + 2 = 4 := rfl /- ⁦ 5 = 2 + 2 : tegrat meroeht -/
/- reference -/
theorem target : 2 + 2 = 5 := sorry
