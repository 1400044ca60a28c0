-- family: reference
-- expect: rejected:reference_mismatch
theorem target : ∀ n : Nat, ∃ m, n < m := fun n => ⟨n + 1, Nat.lt_succ_self n⟩
/- reference -/
theorem target : ∃ m : Nat, ∀ n, n < m := sorry
