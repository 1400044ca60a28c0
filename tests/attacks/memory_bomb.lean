-- family: limits
-- expect: crashed:-|crashed:memory|timeout:wall_clock|error:-
-- timeout: 10
def bomb (n : Nat) : IO Nat := do
  let mut all : Array (Array Nat) := #[]
  for _ in [0:n] do
    all := all.push (Array.replicate 10000000 7)
  return all.size
#eval bomb 1000
theorem target : 2 + 2 = 4 := rfl
