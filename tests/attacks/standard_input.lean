-- family: confinement
-- expect: error:-
#eval show IO Unit from do
  let line ← (← IO.getStdin).getLine
  if line.isEmpty then throw (IO.userError "nothing to read")
theorem target : 2 + 2 = 4 := rfl
