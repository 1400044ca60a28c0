-- family: native
-- expect: rejected:native_decide
macro "obvious" : tactic => `(tactic| native_decide)
theorem target : 2 + 2 = 4 := by obvious
