-- family: reference
-- expect: rejected:reference_mismatch
inductive Side where
  | left
  | right
instance : BEq Side := ⟨fun _ _ => true⟩
theorem target : (Side.left == Side.right) = true := rfl
/- reference -/
inductive Side where
  | left
  | right
deriving BEq
theorem target : (Side.left == Side.right) = true := sorry
