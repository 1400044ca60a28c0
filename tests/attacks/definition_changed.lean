-- family: reference
-- expect: rejected:reference_mismatch
def prime (n : Nat) : Prop := n = n
theorem target : prime 4 := rfl
/- reference -/
def prime (n : Nat) : Prop := 2 ≤ n ∧ ∀ m, 2 ≤ m → m < n → ¬ m ∣ n
theorem target : prime 4 := sorry
