-- family: metaprogram
-- expect: rejected:reference_mismatch
macro_rules | `($a = $b) => `($a ≤ $b)
theorem target : 2 + 2 = 5 := by decide
/- reference -/
theorem target : 2 + 2 = 5 := sorry
