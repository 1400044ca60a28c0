-- family: metaprogram
-- expect: rejected:unsafe_metaprogram
structure Mirror where
  (env messages scopes usedQuotCtxts : List Nat)
def Lean.Elab.Command.CommandElabM (α : Type) : Type := Nat → IO.Ref Mirror → EIO Nat α
instance : MonadLift IO Lean.Elab.Command.CommandElabM :=
  ⟨fun run _ _ => do match (← run.toBaseIO) with | .ok value => pure value | .error _ => throw 0⟩
def silence : Lean.Elab.Command.CommandElabM Unit := fun _ _ => pure ()
#eval silence
theorem target : 2 + 2 = 4 := rfl
