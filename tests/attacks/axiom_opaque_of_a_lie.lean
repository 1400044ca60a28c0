-- family: axiom
-- expect: error:-
opaque granted : 2 + 2 = 5
theorem target : 2 + 2 = 5 := granted
