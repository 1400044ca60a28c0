-- family: reference
-- expect: rejected:reference_mismatch
set_option autoImplicit true
theorem target (_ : False) (n : Natt) : n = n := rfl
/- reference -/
theorem target (n : Nat) : n = n := sorry
