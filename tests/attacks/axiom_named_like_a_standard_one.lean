-- family: axiom
-- expect: rejected:axiom
namespace Mine
axiom propext : False
theorem target : 2 + 2 = 5 := propext.elim
end Mine
