-- family: metaprogram
-- expect: error:-
theorem target : 2 + 2 = 4 := by_elab pure default
