-- family: confinement
-- expect: error:-|crashed:-
#eval (IO.Process.output { cmd := "/bin/sh", args := #["-c", "id"] } : IO IO.Process.Output)
theorem target : 2 + 2 = 4 := rfl
