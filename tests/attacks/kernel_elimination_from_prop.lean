-- family: kernel
-- expect: error:-
inductive Choice : Prop where
  | yes
  | no
def side : Choice → Bool := fun c => Choice.rec (motive := fun _ => Bool) true false c
theorem target : true = false := congrArg side (rfl : Choice.yes = Choice.no)
