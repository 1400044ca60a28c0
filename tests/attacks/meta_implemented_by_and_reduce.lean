-- family: native
-- expect: rejected:native_decide|rejected:kernel_refused|rejected:unsafe_metaprogram
def yes : Bool := true
@[implemented_by yes] def no : Bool := false
theorem up : Lean.reduceBool yes = true := rfl
theorem target : Lean.reduceBool no = true := rfl
