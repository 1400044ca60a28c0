-- family: confinement
-- expect: error:-
def paths : List String :=
  ["/etc/passwd", "/proc/self/environ", "/proc/self/maps", "/lib/lean/../syms.bin", "/../etc/hostname",
   "/lib/lean/../../../../../../../../etc/hostname", "/dev/fd/0", "lean.js"]
#eval show IO Unit from do
  for path in paths do
    let some text ← (some <$> IO.FS.readFile path) <|> pure none | continue
    if text.length > 0 then return
  for name in ["HOME", "PATH", "USER", "LD_LIBRARY_PATH", "HF_TOKEN"] do
    if let some value ← IO.getEnv name then
      unless value ∈ ["/", "/home/web_user", "web_user"] do return
  throw (IO.userError "nothing to read")
theorem target : 2 + 2 = 4 := rfl
