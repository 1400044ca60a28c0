-- family: messages
-- expect: error:-
#eval String.join (List.replicate 60000 "nothing to see here ")
theorem target : 2 + 2 = 5 := rfl
