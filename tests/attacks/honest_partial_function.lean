-- family: honest
-- expect: proved:-
partial def collatz (n : Nat) : Nat := if n ≤ 1 then 0 else collatz (if n % 2 = 0 then n / 2 else 3 * n + 1) + 1
theorem target : 2 + 2 = 4 := rfl
#eval collatz 27
/- reference -/
theorem target : 2 + 2 = 4 := sorry
