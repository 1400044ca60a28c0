-- family: limits
-- expect: timeout:wall_clock
-- timeout: 2
theorem target : 2 + 2 = 4 := by
  sleep 60000
  rfl
