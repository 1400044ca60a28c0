-- family: metaprogram
-- expect: rejected:unaudited|rejected:unsafe_metaprogram
theorem fine : True := trivial
local macro (priority := high) "example " " : " statement:term " := " "rfl" : command =>
  `(def never : $statement ∨ True := Or.inr trivial)
example : 2 + 2 = 5 := rfl
