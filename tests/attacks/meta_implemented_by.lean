-- family: native
-- expect: rejected:native_decide
def yes : Unit → Bool := fun _ => true
@[implemented_by yes] def no (_ : Unit) : Bool := false
theorem target : no () = true := by native_decide
/- reference -/
def no (_ : Unit) : Bool := false
theorem target : no () = true := sorry
