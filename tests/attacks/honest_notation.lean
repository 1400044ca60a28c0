-- family: honest
-- expect: proved:-
/-- The sum of the first numbers up to $n$. -/
def total : Nat → Nat
  | 0 => 0
  | n + 1 => total n + (n + 1)
local prefix:max "Σ₁ " => total
local infixl:65 " ⊹ " => fun a b => a + b
theorem target (n : Nat) : 2 * Σ₁ n ⊹ 0 = n * (n + 1) := by
  show 2 * total n + 0 = n * (n + 1)
  induction n with
  | zero => rfl
  | succ n ih => simp only [total]; grind
