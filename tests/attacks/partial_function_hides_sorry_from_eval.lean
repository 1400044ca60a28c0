-- family: native
-- expect: rejected:unsafe_metaprogram|rejected:unsafe
theorem granted : False := sorry
partial def shape (n : Nat) : Nat :=
  if n = 0 then cast (granted.elim : List Nat = Nat) [] else shape (n - 1)
#eval shape 3
theorem target : 2 + 2 = 4 := rfl
