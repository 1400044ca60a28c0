-- family: honest
-- expect: proved:-
inductive Rose (α : Type) where
  | node : α → List (Rose α) → Rose α
def Rose.label {α : Type} : Rose α → α
  | .node a _ => a
theorem target {α : Type} (a : α) (l : List (Rose α)) : (Rose.node a l).label = a := rfl
/- reference -/
inductive Rose (α : Type) where
  | node : α → List (Rose α) → Rose α
def Rose.label {α : Type} : Rose α → α
  | .node a _ => a
theorem target {α : Type} (a : α) (l : List (Rose α)) : (Rose.node a l).label = a := sorry
