-- family: metaprogram
-- expect: rejected:kernel_refused
import Lean
open Lean Elab Command

def forge : CommandElabM Unit := fun _ ref => do
  let state ← ref.get
  let lie : TheoremVal :=
    { name := `shortcut, levelParams := [], type := .const ``False [], value := .const ``True.intro [] }
  match state.env.addDeclCore 0 (.thmDecl lie) none false with
  | .ok env => ref.set { state with env }
  | .error _ => pure ()

#eval forge
theorem target : 2 + 2 = 5 := shortcut.elim
/- reference -/
theorem target : 2 + 2 = 5 := sorry
