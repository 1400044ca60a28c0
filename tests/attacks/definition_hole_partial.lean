-- family: reference
-- expect: rejected:reference_mismatch
partial def answer (n : Nat) : Nat := answer (n + 1)
theorem target : answer 0 = answer 0 := rfl
/- reference -/
def answer (n : Nat) : Nat := n
theorem target : answer 0 = answer 0 := sorry
