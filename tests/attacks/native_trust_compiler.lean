-- family: native
-- expect: rejected:native_decide|rejected:unsafe_metaprogram
theorem target : True := Lean.trustCompiler
