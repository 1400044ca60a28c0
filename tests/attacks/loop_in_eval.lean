-- family: limits
-- expect: timeout:wall_clock
-- timeout: 3
partial def spin (n : Nat) : IO Unit := spin (n + 1)
#eval spin 0
theorem target : 2 + 2 = 4 := rfl
