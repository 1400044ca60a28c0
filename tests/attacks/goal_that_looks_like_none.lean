-- family: messages
-- expect: statement:-
notation "nogoals" => (2 + 2 = 5)
theorem target : nogoals := by sorry
