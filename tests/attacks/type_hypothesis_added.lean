-- family: reference
-- expect: rejected:reference_mismatch
theorem target (n : Nat) (h : n = n + 1) : n = 5 := by omega
/- reference -/
theorem target (n : Nat) : n = 5 := sorry
