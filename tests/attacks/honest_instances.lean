-- family: honest
-- expect: proved:-
structure Vec where
  x : Int
  y : Int
deriving DecidableEq, Repr
instance : Add Vec := ⟨fun a b => ⟨a.x + b.x, a.y + b.y⟩⟩
instance : Zero Vec := ⟨⟨0, 0⟩⟩
@[ext] theorem Vec.same {a b : Vec} (hx : a.x = b.x) (hy : a.y = b.y) : a = b := by
  cases a; cases b; simp_all
theorem target (a b : Vec) : a + b = b + a := by
  apply Vec.same
  · exact Int.add_comm _ _
  · exact Int.add_comm _ _
/- reference -/
structure Vec where
  x : Int
  y : Int
deriving DecidableEq, Repr
instance : Add Vec := ⟨fun a b => ⟨a.x + b.x, a.y + b.y⟩⟩
instance : Zero Vec := ⟨⟨0, 0⟩⟩
theorem target (a b : Vec) : a + b = b + a := sorry
