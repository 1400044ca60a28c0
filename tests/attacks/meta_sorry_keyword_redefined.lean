-- family: metaprogram
-- expect: rejected:axiom
axiom granted : ∀ p : Prop, p
macro_rules | `(tactic| sorry) => `(tactic| exact granted _)
theorem target : 2 + 2 = 5 := by sorry
