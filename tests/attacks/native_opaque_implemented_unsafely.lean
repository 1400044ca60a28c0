-- family: native
-- expect: rejected:unsafe|rejected:native_decide
unsafe def raw : Nat := unsafeCast (-4294967296 : Int)
@[implemented_by raw] opaque odd : Nat
theorem target : odd = odd := rfl
/- reference -/
opaque odd : Nat
theorem target : odd = odd := sorry
