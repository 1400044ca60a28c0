-- family: native
-- expect: rejected:axiom
axiom granted : False
def slow (n : Nat) : Nat := n
def fast (_ : Nat) : Nat := 0
@[csimp] theorem swap : @slow = @fast := granted.elim
theorem target : slow 3 = 0 := by native_decide
