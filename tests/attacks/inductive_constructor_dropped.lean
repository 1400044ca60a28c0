-- family: reference
-- expect: rejected:reference_mismatch
inductive Side where
  | left
theorem target (s : Side) : s = .left := by cases s; rfl
/- reference -/
inductive Side where
  | left
  | right
theorem target (s : Side) : s = .left := sorry
