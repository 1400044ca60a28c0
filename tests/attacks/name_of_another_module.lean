-- family: kernel
-- expect: error:-
theorem Nat.add_comm (a b : Nat) : a + b = b + a := by omega
