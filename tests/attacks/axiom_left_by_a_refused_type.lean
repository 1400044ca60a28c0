-- family: axiom
-- expect: rejected:axiom
#guard_msgs (drop all) in
inductive Paradox where
  | mk : (Paradox → False) → Paradox
theorem target : 2 + 2 = 4 := rfl
