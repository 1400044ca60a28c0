-- family: messages
-- expect: error:-
set_option maxErrors 0
theorem target : 2 + 2 = 5 := rfl
theorem fine : 2 + 2 = 4 := rfl
