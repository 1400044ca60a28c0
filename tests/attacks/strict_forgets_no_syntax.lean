-- family: text
-- expect: rejected:unsafe_metaprogram
-- strict: yes
local notation "nothing to see" => 4
theorem target : 2 + 2 = 4 := rfl
