-- family: native
-- expect: rejected:native_decide|rejected:unsafe_metaprogram|rejected:kernel_refused
def same : Bool := true
theorem target : Lean.reduceBool same = true := rfl
