-- family: metaprogram
-- expect: error:-
theorem target : 2 + 2 = 4 := rfl
run_cmd pure ()
