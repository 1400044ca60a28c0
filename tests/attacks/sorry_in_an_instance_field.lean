-- family: sorry
-- expect: rejected:hidden_sorry|statement:-
class Wrong where
  proof : 2 + 2 = 5
instance : Wrong := { proof := by skip; sorry }
theorem target : 2 + 2 = 5 := Wrong.proof
