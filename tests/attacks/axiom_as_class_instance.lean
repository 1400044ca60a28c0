-- family: axiom
-- expect: rejected:axiom
class Granted (p : Prop) : Prop where
  proof : p
@[instance] axiom everything (p : Prop) : Granted p
theorem target : 2 + 2 = 5 := Granted.proof
