-- family: reference
-- expect: rejected:reference_mismatch
local instance (priority := high) wrong : LT Nat := ⟨fun _ _ => True⟩
theorem target : (5 : Nat) < 3 := trivial
/- reference -/
theorem target : (5 : Nat) < 3 := sorry
