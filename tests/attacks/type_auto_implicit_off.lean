-- family: text
-- expect: error:-
theorem target (n : Natt) : n = n := rfl
