-- family: reference
-- expect: rejected:reference_mismatch
local instance (priority := high) wrong (n : Nat) : OfNat Nat n := ⟨0⟩
theorem target : (2 : Nat) + 2 = 5 := rfl
/- reference -/
theorem target : (2 : Nat) + 2 = 5 := sorry
