-- family: reference
-- expect: rejected:reference_mismatch
local instance (priority := high) wrong : NatCast Int := ⟨fun _ => 0⟩
theorem target (n : Nat) : ((n + 1 : Nat) : Int) = 0 := rfl
/- reference -/
theorem target (n : Nat) : ((n + 1 : Nat) : Int) = 0 := sorry
