-- family: native
-- expect: rejected:native_code
@[extern "lean_nat_add"] def sum (a b : Nat) : Nat := a * b
theorem target : sum 2 2 = 4 := rfl
