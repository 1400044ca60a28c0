-- family: reference
-- expect: rejected:reference_mismatch
local infix:50 (priority := high) " = " => fun a b : Nat => a ≤ b
theorem target : 2 + 2 = 5 := by decide
/- reference -/
theorem target : 2 + 2 = 5 := sorry
