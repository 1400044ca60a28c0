-- family: sorry
-- expect: rejected:hidden_sorry|statement:-
def helper (n : Nat) : { m : Nat // m > n } := ⟨n, by sorry⟩
theorem target : 3 > 3 := (helper 3).2
