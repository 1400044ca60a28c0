-- family: honest
-- expect: proved:-
open Classical in
noncomputable def pick (p : Nat → Prop) : Nat := if h : ∃ n, p n then choose h else 0
theorem target (p : Nat → Prop) (h : ∃ n, p n) : p (pick p) := by
  unfold pick
  rw [dif_pos h]
  exact Classical.choose_spec h
/- reference -/
open Classical in
noncomputable def pick (p : Nat → Prop) : Nat := if h : ∃ n, p n then choose h else 0
theorem target (p : Nat → Prop) (h : ∃ n, p n) : p (pick p) := sorry
