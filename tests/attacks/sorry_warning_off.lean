-- family: sorry
-- expect: statement:-
set_option warn.sorry false
theorem target : 2 + 2 = 5 := sorry
