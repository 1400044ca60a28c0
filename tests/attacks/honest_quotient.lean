-- family: honest
-- expect: proved:-
def near (a b : Nat) : Prop := a % 2 = b % 2
instance parity : Setoid Nat := ⟨near, fun _ => rfl, Eq.symm, Eq.trans⟩
def Parity := Quotient parity
def Parity.of (n : Nat) : Parity := Quotient.mk parity n
theorem target : Parity.of 3 = Parity.of 5 := Quotient.sound rfl
/- reference -/
def near (a b : Nat) : Prop := a % 2 = b % 2
instance parity : Setoid Nat := ⟨near, fun _ => rfl, Eq.symm, Eq.trans⟩
def Parity := Quotient parity
def Parity.of (n : Nat) : Parity := Quotient.mk parity n
theorem target : Parity.of 3 = Parity.of 5 := sorry
