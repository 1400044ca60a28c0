-- family: axiom
-- expect: rejected:hidden_sorry|statement:-
instance : Inhabited (2 + 2 = 5) := ⟨sorry⟩
opaque granted : 2 + 2 = 5
theorem target : 2 + 2 = 5 := granted
