-- family: native
-- expect: error:-
theorem target : 2 + 2 = 5 := lcProof
