-- family: messages
-- expect: error:-
theorem target : 2 + 2 = 5 := by
  first
  | rfl
  | simp
  | omega
