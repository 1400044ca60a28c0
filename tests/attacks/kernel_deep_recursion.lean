-- family: kernel
-- expect: error:deep_recursion|error:-|timeout:heartbeats|timeout:wall_clock
theorem target : (List.range 100000).foldr (· + ·) 0 = 1 := by decide
