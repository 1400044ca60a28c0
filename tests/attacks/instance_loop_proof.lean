-- family: kernel
-- expect: error:-
class Claim : Prop where
  proof : 2 + 2 = 5
instance self [c : Claim] : Claim := c
theorem target : 2 + 2 = 5 := Claim.proof
