-- family: text
-- expect: rejected:reference_mismatch
macro "make" : command => `(theorem target : 2 + 2 = 4 := rfl)
make
/- reference -/
theorem target : 2 + 2 = 4 := sorry
