-- family: honest
-- expect: proved:-
/-- info: 4 -/
#guard_msgs in #eval 2 + 2
#guard 2 + 2 = 4
theorem target : 2 + 2 = 4 := rfl
