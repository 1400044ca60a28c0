-- family: limits
-- expect: error:-|error:deep_recursion|crashed:*
-- repeat: (
theorem target : 2 + 2 = 4 := rfl
