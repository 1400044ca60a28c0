-- family: limits
-- expect: crashed:-|crashed:exit
#eval (IO.Process.exit 0 : IO Unit)
theorem target : 2 + 2 = 5 := rfl
