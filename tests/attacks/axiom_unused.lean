-- family: axiom
-- expect: rejected:axiom
axiom granted : 2 + 2 = 5
theorem target : 2 + 2 = 4 := rfl
