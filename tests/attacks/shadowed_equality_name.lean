-- family: reference
-- expect: rejected:reference_mismatch
namespace Work
def Eq {α : Type} (_ _ : α) : Prop := True
local infix:50 (priority := high) " = " => Eq
theorem _root_.target : 2 + 2 = 5 := trivial
end Work
/- reference -/
theorem target : 2 + 2 = 5 := sorry
