-- family: honest
-- expect: proved:-
theorem target (m : Nat) {hm : 0 < m} : m ≠ 0 := Nat.pos_iff_ne_zero.mp hm
/- reference -/
theorem target (n : Nat) (h : 0 < n) : n ≠ 0 := sorry
