-- family: limits
-- expect: error:-|error:deep_recursion|timeout:wall_clock|crashed:-|crashed:memory
-- timeout: 5
theorem target : 2 ^ (2 ^ (2 ^ 40)) = 0 := by decide
