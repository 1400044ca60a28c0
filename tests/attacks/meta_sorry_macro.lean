-- family: metaprogram
-- expect: rejected:hidden_sorry|statement:-
macro "qed" : tactic => `(tactic| exact sorryAx _ false)
theorem target : 2 + 2 = 5 := by qed
/- reference -/
theorem target : 2 + 2 = 5 := sorry
