-- family: reference
-- expect: rejected:hidden_sorry
noncomputable def answer : Nat := (fun _ : Nat => 4) (sorryAx Nat true)
theorem target : answer = 4 := rfl
/- reference -/
def answer : Nat := sorry
theorem target : answer = 4 := sorry
