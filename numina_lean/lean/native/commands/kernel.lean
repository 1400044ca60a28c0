/-
Puts declarations before the kernel, in an environment in which no foreign code has run, and says
what they are and rest on. Follows `read.lean`.
-/
namespace numina_judge_TOKEN

/-- The kernel's word on `decl`. No limit but that of the process: it is ended from outside. -/
def add (env : Lean.Environment) (decl : Lean.Declaration) : Except String Lean.Environment := by
  first
  | exact match env.addDeclCore 0 decl none with
    | .ok env => .ok env
    | .error (.alreadyDeclared _ name) => .error s!"{name.toString} is there already"
    | .error (.unknownConstant _ name) => .error s!"it uses {name.toString}, which is not there"
    | .error (.declTypeMismatch ..) => .error "its value does not have its type"
    | .error (.other text) => .error text
    | .error _ => .error "it is ill-typed"
  | exact match env.addDecl {} decl with
    | .ok env => .ok env
    | .error (.alreadyDeclared _ name) => .error s!"{name.toString} is there already"
    | .error (.unknownConstant _ name) => .error s!"it uses {name.toString}, which is not there"
    | .error (.declTypeMismatch ..) => .error "its value does not have its type"
    | .error (.other text) => .error text
    | .error _ => .error "it is ill-typed"

def isDefEq (env : Lean.Environment) (a b : Lean.Expr) : Bool :=
  match Lean.Kernel.isDefEq env {} a b with
  | .ok same => same
  | .error _ => false

/-- The names that `decl` declares itself: not the recursors that the kernel makes. -/
def declared (decl : Lean.Declaration) : List Lean.Name :=
  match decl with
  | .axiomDecl v => [v.name]
  | .thmDecl v => [v.name]
  | .opaqueDecl v => [v.name]
  | .defnDecl v => [v.name]
  | .inductDecl _ _ types _ => types.foldl (init := []) fun names type =>
    type.ctors.foldl (fun names ctor => ctor.name :: names) (type.name :: names)
  | _ => []

/-- The name that `decl` goes by: of several types, the first one's. -/
def mainName (decl : Lean.Declaration) : Lean.Name :=
  match decl with
  | .inductDecl _ _ (type :: _) _ => type.name
  | _ => match declared decl with
    | name :: _ => name
    | [] => .anonymous

def kind (decl : Lean.Declaration) : String :=
  match decl with
  | .axiomDecl _ => "axiom"
  | .thmDecl _ => "theorem"
  | .opaqueDecl _ => "opaque"
  | .defnDecl _ => "def"
  | _ => "inductive"

def kindOf (info : Lean.ConstantInfo) : String :=
  match info with
  | .axiomInfo _ => "axiom"
  | .defnInfo _ => "def"
  | .thmInfo _ => "theorem"
  | .opaqueInfo _ => "opaque"
  | .quotInfo _ => "quot"
  | .inductInfo _ => "inductive"
  | .ctorInfo _ => "constructor"
  | .recInfo _ => "recursor"

/-- Whether Lean makes such a name by itself (`f.match_1`, `f.proof_2`), so that another may do. -/
def isAuxiliary (name : Lean.Name) : Bool :=
  inner ((Lean.privateToUserName? name).getD name) true
where
  inner : Lean.Name → Bool → Bool
    | .anonymous, _ => false
    | .num _ _, _ => true
    | .str parent text, last =>
      text.startsWith "_" || (last && numbered text) || inner parent false
  numbered (text : String) : Bool :=
    match text.splitOn "_" with
    | word :: number :: rest =>
      (word == "match" || word == "proof" || word == "eq" || word == "omega") &&
        rest.foldl (fun all part => all && part.toNat?.isSome) number.toNat?.isSome
    | _ => false

/-- The environment with all of `decls` taken by the kernel, else the first refusal. -/
partial def replay (env : Lean.Environment) :
    List Lean.Declaration → Except String Lean.Environment
  | [] => .ok env
  | decl :: rest =>
    match add env decl with
    | .ok env => replay env rest
    | .error text => .error s!"{(mainName decl).toString}: {text}"

def axioms (env : Lean.Environment) (name : Lean.Name) : List Lean.Name :=
  let (_, walk) := ((Lean.CollectAxioms.collect name).run env).run {}
  walk.axioms.toList

/-- The rows of what was declared, made by Lean apart unless that is all there is. -/
def rows (env : Lean.Environment) (t : Nodes) : Array Lean.Json :=
  let names := t.decls.toList.foldl (init := []) fun names decl =>
    (declared decl).foldl (fun names name => name :: names) names
  let own := names.foldl (init := []) fun own name =>
    match isAuxiliary name, env.find? name with
    | false, _ => name :: own
    | true, some (.axiomInfo _) => name :: own
    | true, _ => own
  let shown := match own with
    | [] => names
    | _ => own
  let safe := shown.foldl (init := #[]) fun rows name =>
    match env.find? name with
    | some info =>
      let used := (axioms env name).foldl (fun used each => used.push (.str each.toString)) #[]
      rows.push (.arr #[.str name.toString, .str (kindOf info), .arr used])
    | none => rows
  t.skipped.toList.foldl (init := safe) fun rows (name, kind) =>
    if isAuxiliary name then rows
    else rows.push (.arr #[.str name.toString, .str kind, .arr #[.str "unsafe"]])

end numina_judge_TOKEN
