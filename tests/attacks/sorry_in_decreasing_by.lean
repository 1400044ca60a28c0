-- family: sorry
-- expect: rejected:hidden_sorry|statement:-
def loop (n : Nat) : 2 + 2 = 5 := loop (n + 1)
termination_by n
decreasing_by sorry
theorem target : 2 + 2 = 5 := loop 0
