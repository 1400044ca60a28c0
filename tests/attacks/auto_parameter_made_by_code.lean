-- family: metaprogram
-- expect: rejected:reference_mismatch
def made : Lean.Syntax := .node .none `Lean.Parser.Tactic.tacticSeq #[
  .node .none `Lean.Parser.Tactic.tacticSeq1Indented #[
    .node .none `null #[.node .none `Lean.Parser.Tactic.tacticTrivial #[.atom .none "trivial"]]]]
def count (n : Nat) (_ : autoParam True made) : Nat := n
theorem target : count 3 = 3 := rfl
/- reference -/
def count (n : Nat) (_ : True) : Nat := n
theorem target : count 3 trivial = 4 := sorry
