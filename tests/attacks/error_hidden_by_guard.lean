-- family: messages
-- expect: rejected:hidden_sorry
#guard_msgs (drop error) in
theorem target : 2 + 2 = 5 := by rfl
