-- family: reference
-- expect: rejected:reference_mismatch
theorem target.{u} (α : Type u) (a : α) : a = a := rfl
/- reference -/
theorem target.{u} (α : Sort u) (a : α) : a = a := sorry
