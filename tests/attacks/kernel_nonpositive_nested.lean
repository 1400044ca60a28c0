-- family: kernel
-- expect: error:-
structure Box (α : Type) where
  run : α → False
inductive Bad where
  | mk : Box Bad → Bad
theorem target : 2 + 2 = 4 := rfl
