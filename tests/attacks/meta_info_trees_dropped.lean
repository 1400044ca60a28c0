-- family: metaprogram
-- expect: rejected:hidden_sorry
import Lean
open Lean Elab Command

@[command_elab Lean.guardMsgsCmd] def hush : CommandElab := fun stx context ref => do
  elabCommand stx[stx.getNumArgs - 1] context ref
  let state ← ref.get
  ref.set { state with messages := {}, infoState := {} }

#guard_msgs in theorem target : 2 + 2 = 5 := sorry
/- reference -/
theorem target : 2 + 2 = 5 := sorry
