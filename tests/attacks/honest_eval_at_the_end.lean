-- family: honest
-- expect: proved:-
def square (n : Nat) : Nat := n * n
theorem target (n : Nat) : square n = n * n := rfl
#eval square 12
#eval s!"{square 3} is what it is"
