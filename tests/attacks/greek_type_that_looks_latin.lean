-- family: text
-- expect: rejected:reference_mismatch
def Ν : Type := Unit
instance (n : Nat) : OfNat Ν n := ⟨()⟩
theorem target : (0 : Ν) = 1 := rfl
/- reference -/
theorem target : (0 : Nat) = 1 := sorry
