-- family: kernel
-- expect: error:-
partial def loop (n : Nat) : 2 + 2 = 5 := loop (n + 1)
theorem target : 2 + 2 = 5 := loop 0
