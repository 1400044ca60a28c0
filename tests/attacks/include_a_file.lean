-- family: confinement
-- expect: error:-
def secret := include_str "/etc/passwd"
theorem target : 2 + 2 = 4 := rfl
