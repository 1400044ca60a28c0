-- family: reference
-- expect: rejected:reference_mismatch
def answer : Int := 4
theorem target : answer = 4 := rfl
/- reference -/
def answer : Nat := sorry
theorem target : answer = 4 := sorry
