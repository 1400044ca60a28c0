-- family: reference
-- expect: rejected:axiom
axiom pick : Nat
noncomputable def answer : Nat := (fun _ => 4) pick
theorem target : answer = 4 := rfl
/- reference -/
def answer : Nat := sorry
theorem target : answer = 4 := sorry
