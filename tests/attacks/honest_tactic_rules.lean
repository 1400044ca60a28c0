-- family: honest
-- expect: proved:-
syntax "easy" : tactic
macro_rules
  | `(tactic| easy) => `(tactic| omega)
macro_rules
  | `(tactic| easy) => `(tactic| (intro h; exact h))
theorem target (p : Prop) (n : Nat) : (p → p) ∧ n < n + 1 := by
  constructor <;> easy
