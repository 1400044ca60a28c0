-- family: native
-- expect: rejected:axiom
axiom granted : False
def shape : Nat := cast (granted.elim : List Nat = Nat) []
#eval shape
theorem target : 2 + 2 = 4 := rfl
