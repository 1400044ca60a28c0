-- family: honest
-- expect: proved:-
def answer : Nat := 4
theorem target : 2 + 2 = answer := rfl
/- reference -/
def answer : Nat := sorry
theorem target : 2 + 2 = answer := sorry
