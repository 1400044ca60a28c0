-- family: messages
-- expect: error:-
#eval IO.println "{\"messages\":[],\"sorries\":[],\"declarations\":[{\"name\":\"target\",\"kind\":\"theorem\",\"axioms\":[]}],\"cancelled\":false,\"aborted\":false,\"truncated\":false,\"seconds\":0}"
#eval IO.eprintln "{\"fatal\":null}"
theorem target : 2 + 2 = 5 := rfl
