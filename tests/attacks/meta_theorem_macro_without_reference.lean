-- family: metaprogram
-- expect: rejected:unsafe_metaprogram
macro_rules
  | `(command| theorem $name:ident : $_ := $_) => `(command| def $name := trivial)
theorem target : 2 + 2 = 5 := rfl
