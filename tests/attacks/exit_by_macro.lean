-- family: text
-- expect: rejected:early_exit|rejected:unsafe_metaprogram|error:-
theorem fine : 2 + 2 = 4 := rfl
macro "done" : command => `(command| #exit)
done
theorem target : 2 + 2 = 5 := rfl
