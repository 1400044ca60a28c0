-- family: reference
-- expect: rejected:reference_mismatch
class Sized (α : Type) where
  size : Nat := 0
instance : Sized Nat := {}
theorem target : Sized.size Nat = 0 := rfl
/- reference -/
class Sized (α : Type) where
  size : Nat := 1
instance : Sized Nat := {}
theorem target : Sized.size Nat = 0 := sorry
