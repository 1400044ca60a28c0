-- family: sorry
-- expect: error:-|rejected:hidden_sorry|statement:-
theorem target (p q : Prop) (h : p → q) : q := by apply?
