-- family: native
-- expect: rejected:unsafe_metaprogram|error:-
@[export lean_nat_add] def add (a b : Nat) : Nat := a - b
theorem target : 2 + 2 = 4 := rfl
