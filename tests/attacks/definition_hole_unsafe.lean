-- family: reference
-- expect: rejected:reference_mismatch|rejected:unsafe
unsafe def answer : Nat := 4
theorem target : 2 + 2 = 4 := rfl
/- reference -/
def answer : Nat := sorry
theorem target : 2 + 2 = 4 := sorry
