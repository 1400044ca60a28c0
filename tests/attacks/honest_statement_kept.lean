-- family: honest
-- expect: statement:-
theorem lemma_one (n : Nat) : n ≤ n + 1 := Nat.le_succ n
theorem target (n : Nat) : n ≤ n + 2 := sorry
/- reference -/
theorem target (n : Nat) : n ≤ n + 2 := sorry
