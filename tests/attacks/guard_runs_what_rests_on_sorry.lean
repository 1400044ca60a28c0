-- family: native
-- expect: rejected:unsafe_metaprogram|error:-
theorem granted : False := sorry
def shape : Nat := cast (granted.elim : List Nat = Nat) []
#guard shape < 5
theorem target : 2 + 2 = 4 := rfl
