-- family: metaprogram
-- expect: rejected:reference_mismatch
def made : Lean.Term := ⟨.node .none `num #[.atom .none "4"]⟩
notation "five" => $made
theorem target : 2 + 2 = five := rfl
/- reference -/
theorem target : 2 + 2 = 5 := sorry
