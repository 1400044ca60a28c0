-- family: honest
-- expect: proved:-
section
variable {α : Type} (xs : List α)
open List in
theorem target : length (reverse xs) = length xs := by simp
end
/- reference -/
theorem target {α : Type} (xs : List α) : xs.reverse.length = xs.length := sorry
