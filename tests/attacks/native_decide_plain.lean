-- family: native
-- expect: rejected:native_decide
theorem target : 2 + 2 = 4 := by native_decide
