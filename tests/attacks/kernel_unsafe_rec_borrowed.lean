-- family: kernel
-- expect: error:-
partial def spin (n : Nat) : Nat := spin (n + 1)
theorem target : spin._unsafe_rec 0 = spin._unsafe_rec 1 := rfl
