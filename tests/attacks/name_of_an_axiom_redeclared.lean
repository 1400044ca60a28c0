-- family: kernel
-- expect: error:-
theorem propext (a b : Prop) : (a ↔ b) → a = b := by intro h; exact _root_.propext h
