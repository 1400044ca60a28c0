-- family: reference
-- expect: rejected:reference_mismatch
structure Point where
  x : Nat
  never : False
theorem target (p : Point) : p.x = 7 := p.never.elim
/- reference -/
structure Point where
  x : Nat
theorem target (p : Point) : p.x = 7 := sorry
