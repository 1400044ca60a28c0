-- family: honest
-- expect: proved:-
import Lean
open Lean Elab Command

def nothing : CommandElabM Unit := fun _ _ => pure ()
#eval nothing
theorem target : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
