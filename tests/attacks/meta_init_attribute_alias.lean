-- family: metaprogram
-- expect: rejected:unsafe_metaprogram|error:-
def action : IO Nat := pure 3
@[init action] opaque seven : Nat
theorem target : 2 + 2 = 4 := rfl
