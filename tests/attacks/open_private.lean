-- family: metaprogram
-- expect: error:-|rejected:unsafe_metaprogram
import Lean
open private Lean.Kernel.Environment.mk from Lean.Environment
theorem target : 2 + 2 = 4 := rfl
