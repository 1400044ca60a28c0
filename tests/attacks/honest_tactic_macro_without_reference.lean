-- family: honest
-- expect: proved:-
macro "easy" : tactic => `(tactic| first | rfl | simp | omega)
theorem target (n : Nat) (h : n < 3) : n + 1 < 4 := by easy
