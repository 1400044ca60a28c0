-- family: sorry
-- expect: error:-|rejected:hidden_sorry|statement:-
theorem target : ∀ n : Nat, n = n + 1 := by
  intro n
  exact?
