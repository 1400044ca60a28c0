-- family: reference
-- expect: rejected:reference_mismatch
@[irreducible] def bound (_ : Nat) : Nat := 0
theorem target (n : Nat) : bound n ≤ n := by unfold bound; exact Nat.zero_le n
/- reference -/
def bound (n : Nat) : Nat := n + 1
theorem target (n : Nat) : bound n ≤ n := sorry
