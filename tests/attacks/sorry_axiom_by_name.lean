-- family: sorry
-- expect: rejected:hidden_sorry
theorem target : 2 + 2 = 5 := sorryAx _ true
