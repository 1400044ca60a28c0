-- family: kernel
-- expect: error:-
mutual
theorem target : 2 + 2 = 5 := other
theorem other : 2 + 2 = 5 := target
end
