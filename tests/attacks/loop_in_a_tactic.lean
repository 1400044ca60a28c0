-- family: limits
-- expect: timeout:wall_clock|timeout:heartbeats|error:-
-- timeout: 3
set_option maxHeartbeats 0
set_option maxRecDepth 1000000
theorem target (f : Nat → Nat) (h : ∀ n, f n = f (n + 1)) : f 0 = 5 := by
  simp (maxSteps := 100000000) [h]
