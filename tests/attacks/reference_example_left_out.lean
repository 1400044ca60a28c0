-- family: harmless
-- expect: proved:-
theorem target : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
example : 2 + 2 = 5 := sorry
