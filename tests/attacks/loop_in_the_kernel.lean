-- family: limits
-- expect: timeout:wall_clock|error:-|error:deep_recursion|crashed:-|crashed:memory
-- timeout: 3
set_option maxRecDepth 1000000
def ack : Nat → Nat → Nat
  | 0, n => n + 1
  | m + 1, 0 => ack m 1
  | m + 1, n + 1 => ack m (ack (m + 1) n)
termination_by m n => (m, n)
theorem target : ack 4 2 = 0 := by decide +kernel
