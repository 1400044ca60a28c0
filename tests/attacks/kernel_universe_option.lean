-- family: kernel
-- expect: error:-
set_option bootstrap.inductiveCheckResultingUniverse false
inductive Big.{u} : Sort u where
  | mk (α : Type u) (a : α) : Big
theorem target : 2 + 2 = 4 := rfl
