-- family: sorry
-- expect: rejected:hidden_sorry|statement:-
theorem target : 2 + 2 = 5 := by admit
