-- family: confinement
-- expect: error:-
def attempts : List (IO Unit) :=
  [IO.FS.writeFile "/work/left.txt" "here", IO.FS.writeFile "/tmp/left.txt" "here",
   IO.FS.writeFile "/lib/lean/Init.olean" "here", IO.FS.removeFile "/lib/lean/Init.olean",
   IO.FS.createDir "/work/left", IO.FS.rename "/lib/lean/Init.olean" "/lib/lean/Other.olean"]
#eval show IO Unit from do
  for attempt in attempts do
    if ← (attempt *> pure true) <|> pure false then return
  throw (IO.userError "nothing was written")
theorem target : 2 + 2 = 4 := rfl
