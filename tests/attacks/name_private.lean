-- family: text
-- expect: rejected:reference_mismatch|error:nothing_declared
private theorem target : 2 + 2 = 4 := rfl
/- reference -/
theorem target : 2 + 2 = 4 := sorry
