-- family: honest
-- expect: proved:-
private theorem step (n : Nat) : n < n + 1 := Nat.lt_succ_self n
namespace Inner
protected theorem step (n : Nat) : n ≤ n + 1 := Nat.le_of_lt (_root_.step n)
end Inner
theorem target (n : Nat) : n ≤ n + 1 := Inner.step n
/- reference -/
theorem target (n : Nat) : n ≤ n + 1 := sorry
