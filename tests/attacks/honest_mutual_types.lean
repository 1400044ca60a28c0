-- family: honest
-- expect: proved:-
mutual
inductive Tree (α : Type) where
  | node : α → Forest α → Tree α
inductive Forest (α : Type) where
  | nil : Forest α
  | cons : Tree α → Forest α → Forest α
end
mutual
def Tree.size {α : Type} : Tree α → Nat
  | .node _ f => f.size + 1
def Forest.size {α : Type} : Forest α → Nat
  | .nil => 0
  | .cons t f => t.size + f.size
end
theorem target {α : Type} (a : α) : (Tree.node a .nil).size = 1 := by simp [Tree.size, Forest.size]
/- reference -/
mutual
inductive Tree (α : Type) where
  | node : α → Forest α → Tree α
inductive Forest (α : Type) where
  | nil : Forest α
  | cons : Tree α → Forest α → Forest α
end
mutual
def Tree.size {α : Type} : Tree α → Nat
  | .node _ f => f.size + 1
def Forest.size {α : Type} : Forest α → Nat
  | .nil => 0
  | .cons t f => t.size + f.size
end
theorem target {α : Type} (a : α) : (Tree.node a .nil).size = 1 := sorry
