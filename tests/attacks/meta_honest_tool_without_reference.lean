-- family: metaprogram
-- expect: rejected:unsafe_metaprogram
import Lean
open Lean Elab Command

def nothing : CommandElabM Unit := fun _ _ => pure ()
#eval nothing
theorem target : 2 + 2 = 4 := rfl
