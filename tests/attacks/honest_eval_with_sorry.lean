-- family: honest
-- expect: statement:-
def square (n : Nat) : Nat := n * n
#eval square 12
theorem target (n : Nat) : square n ≤ n * n * n + 1 := sorry
