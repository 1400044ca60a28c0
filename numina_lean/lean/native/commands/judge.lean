/-
Rules on the constants of a source. Follows `compare.lean`. The answer is JSON:
  {"refusal": text or null, "declarations": [[name, kind, [axiom…]]…],
   "mismatches": [[code, name, detail]…], or null where the reference states nothing}
-/
namespace numina_judge_TOKEN

def answer (refusal : Lean.Json) (declarations : Array Lean.Json) (mismatches : Lean.Json) :
    String :=
  (Lean.Json.mkObj [("refusal", refusal), ("declarations", .arr declarations),
    ("mismatches", mismatches)]).compress

/-- What the source says that it declares, of which nothing is known. -/
def claims (t : Nodes) : Array Lean.Json :=
  t.decls.toList.foldl (init := #[]) fun rows decl =>
    let name := mainName decl
    if isAuxiliary name then rows
    else rows.push (.arr #[.str name.toString, .str (kind decl), .arr #[.str "unaudited"]])

/-- `reference` is empty where there is none. -/
def judge (env : Lean.Environment) (source reference : String) : String :=
  match parse source, parse reference with
  | none, _ => answer (.str "the constants cannot be read") #[] (.arr #[])
  | some source, none => answer (.str "the reference cannot be read") (claims source) (.arr #[])
  | some source, some wanted =>
    match replay env source.decls.toList with
    | .error text => answer (.str text) (claims source) (.arr #[])
    | .ok env =>
      let mismatches := if reference == "" then some #[] else compare env source wanted
      match mismatches with
      | none => answer .null (rows env source) .null
      | some found => answer .null (rows env source) (.arr found)

end numina_judge_TOKEN

elab "#numina_judge_TOKEN " nonce:str source:str reference:str : command => do
  let env ← Lean.getEnv
  let answer := numina_judge_TOKEN.judge env source.getString reference.getString
  Lean.logInfo (nonce.getString ++ answer)
