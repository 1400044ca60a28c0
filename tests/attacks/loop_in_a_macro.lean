-- family: limits
-- expect: error:-|error:deep_recursion
macro "again" : tactic => `(tactic| again)
theorem target : 2 + 2 = 4 := by again
