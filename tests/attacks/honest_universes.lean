-- family: honest
-- expect: proved:-
universe u v
structure Both (α : Type u) (β : Type v) where
  left : α
  right : β
theorem target {α : Type u} {β : Type v} (p : Both α β) : Both.mk p.left p.right = p := rfl
/- reference -/
universe u v
structure Both (α : Type u) (β : Type v) where
  left : α
  right : β
theorem target {α : Type u} {β : Type v} (p : Both α β) : Both.mk p.left p.right = p := sorry
