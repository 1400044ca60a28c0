-- family: reference
-- expect: rejected:reference_mismatch
class Never : Prop where
  proof : False
variable [Never]
theorem target (n : Nat) : n = 5 := Never.proof.elim
/- reference -/
theorem target (n : Nat) : n = 5 := sorry
