-- family: reference
-- expect: rejected:reference_mismatch
namespace Work
def Nat := Unit
theorem _root_.target (a b : Nat) : a = b := rfl
end Work
/- reference -/
theorem target (a b : Nat) : a = b := sorry
