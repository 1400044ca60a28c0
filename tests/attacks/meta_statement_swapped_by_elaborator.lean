-- family: metaprogram
-- expect: rejected:reference_mismatch
import Lean
open Lean Elab Command

@[command_elab Lean.guardMsgsCmd] def swap : CommandElab := fun _ _ ref => do
  let state ← ref.get
  let other : TheoremVal :=
    { name := `target, levelParams := [], type := .const ``True [], value := .const ``True.intro [] }
  match state.env.addDeclCore 0 (.thmDecl other) none true with
  | .ok env => ref.set { state with env }
  | .error _ => pure ()

#guard_msgs in theorem target : 2 + 2 = 5 := rfl
/- reference -/
theorem target : 2 + 2 = 5 := sorry
