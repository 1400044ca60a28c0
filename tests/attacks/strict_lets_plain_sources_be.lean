-- family: honest
-- expect: proved:-
-- strict: yes
/-- No macro, notation or `#eval` in here. -/
theorem target : 2 + 2 = 4 := by simp (config := { decide := true })
