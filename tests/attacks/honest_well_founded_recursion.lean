-- family: honest
-- expect: proved:-
def halvings (n : Nat) : Nat :=
  if h : n < 2 then 0 else halvings (n / 2) + 1
termination_by n
decreasing_by omega
theorem target : halvings 1 = 0 := by unfold halvings; rfl
/- reference -/
def halvings (n : Nat) : Nat :=
  if h : n < 2 then 0 else halvings (n / 2) + 1
termination_by n
decreasing_by omega
theorem target : halvings 1 = 0 := sorry
