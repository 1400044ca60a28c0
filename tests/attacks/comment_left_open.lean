-- family: text
-- expect: error:-
theorem fine : 2 + 2 = 4 := rfl
/- never closed
theorem target : 2 + 2 = 5 := rfl
