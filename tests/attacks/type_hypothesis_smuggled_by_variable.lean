-- family: reference
-- expect: rejected:reference_mismatch
variable (impossible : False)
include impossible
theorem target (n : Nat) : n = 5 := impossible.elim
/- reference -/
theorem target (n : Nat) : n = 5 := sorry
