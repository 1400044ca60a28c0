-- family: sorry
-- expect: rejected:hidden_sorry|statement:-
#guard_msgs (drop all) in
theorem target : 2 + 2 = 5 := sorry
