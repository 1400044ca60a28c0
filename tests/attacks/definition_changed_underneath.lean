-- family: reference
-- expect: rejected:reference_mismatch
def inner : Nat := 4
def outer : Nat := inner + 1
theorem target : outer = 5 := rfl
/- reference -/
def inner : Nat := 3
def outer : Nat := inner + 1
theorem target : outer = 5 := sorry
