-- family: reference
-- expect: rejected:reference_mismatch
theorem target (n : Nat) : n = n ∨ n = 5 := Or.inl rfl
/- reference -/
theorem target (n : Nat) : n = n ∧ n = 5 := sorry
