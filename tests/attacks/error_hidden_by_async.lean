-- family: messages
-- expect: error:-
set_option Elab.async true
theorem target : 2 + 2 = 5 := by decide
theorem fine : 2 + 2 = 4 := rfl
