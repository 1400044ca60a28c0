-- family: limits
-- expect: timeout:wall_clock|error:-
-- timeout: 3
set_option maxHeartbeats 0
theorem target (a b c d : Nat) (h : a * b = c + d) : a * b * c = d * d + a := by
  repeat (rw [Nat.mul_comm a b] at h; rw [Nat.mul_comm b a] at h)
