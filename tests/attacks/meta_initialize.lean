-- family: metaprogram
-- expect: rejected:unsafe_metaprogram|error:-
initialize counter : IO.Ref Nat ← IO.mkRef 0
theorem target : 2 + 2 = 4 := rfl
