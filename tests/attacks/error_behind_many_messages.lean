-- family: messages
-- expect: error:-
#eval (List.range 40000).map toString
#print Nat.rec
theorem target : 2 + 2 = 5 := by decide
