-- family: kernel
-- expect: error:-
inductive Big : Type where
  | mk (α : Type) (a : α) : Big
theorem target : 2 + 2 = 4 := rfl
