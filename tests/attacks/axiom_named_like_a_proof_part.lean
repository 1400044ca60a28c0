-- family: axiom
-- expect: rejected:axiom
axiom target._proof_1 : False
theorem target : 2 + 2 = 5 := target._proof_1.elim
