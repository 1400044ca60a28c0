-- family: honest
-- expect: proved:-
export Nat (succ pred)
@[simp, inline] def init (tactic : Nat) : Nat := tactic + 0
@[elab_as_elim] theorem at_all (p : Nat → Prop) (h : ∀ n, p n) (n : Nat) : p n := h n
theorem target (n : Nat) : init n = n := by simp
