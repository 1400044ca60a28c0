-- family: honest
-- expect: proved:-
/-- An unsafe macro would export the initial value; `#eval` and `elab` it: init, extern, native. -/
theorem target (init : Nat) : init + 0 = init := rfl -- run_cmd, by_elab, @[implemented_by]
/- nested /- #exit -/ and unsafe -/
