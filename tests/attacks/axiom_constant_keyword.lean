-- family: axiom
-- expect: error:-
constant granted : False
theorem target : 2 + 2 = 5 := granted.elim
