-- family: native
-- expect: rejected:unsafe
unsafe def loop : False := loop
unsafe def target : 2 + 2 = 5 := loop.elim
