-- family: honest
-- expect: proved:-
example (a b : Nat) (h : a = b) : b = a := h.symm
example : ∃ n : Nat, n * n = 49 := ⟨7, rfl⟩
