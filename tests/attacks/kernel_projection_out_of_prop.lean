-- family: kernel
-- expect: error:-
structure Hidden : Prop where
  value : Nat
theorem target (a b : Hidden) : a.value = b.value := rfl
