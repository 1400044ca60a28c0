-- family: reference
-- expect: rejected:reference_mismatch
opaque limit : Nat := 3
theorem target : limit = limit := rfl
/- reference -/
def limit : Nat := 3
theorem target : limit = limit := sorry
