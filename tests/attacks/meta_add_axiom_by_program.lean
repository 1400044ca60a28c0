-- family: metaprogram
-- expect: rejected:axiom
import Lean
open Lean Elab Command

def assume : CommandElabM Unit := fun _ ref => do
  let state ← ref.get
  let free : AxiomVal := { name := `granted, levelParams := [], type := .const ``False [], isUnsafe := false }
  match state.env.addDeclCore 0 (.axiomDecl free) none true with
  | .ok env => ref.set { state with env }
  | .error _ => pure ()

#eval assume
theorem target : 2 + 2 = 5 := granted.elim
/- reference -/
theorem target : 2 + 2 = 5 := sorry
