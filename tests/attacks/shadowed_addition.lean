-- family: reference
-- expect: rejected:reference_mismatch
local instance (priority := high) wrong : HAdd Nat Nat Nat := ⟨fun a b => a * b + 1⟩
theorem target : (2 : Nat) + 2 = 5 := rfl
/- reference -/
theorem target : (2 : Nat) + 2 = 5 := sorry
