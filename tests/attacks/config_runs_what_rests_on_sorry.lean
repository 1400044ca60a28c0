-- family: native
-- expect: rejected:unsafe_metaprogram
theorem granted : False := sorry
def steps : Nat := cast (granted.elim : List Nat = Nat) [] + 100
theorem target : 2 + 2 = 4 := by simp (maxSteps := steps)
