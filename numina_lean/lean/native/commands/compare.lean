/-
Compares the constants of a source with those of a reference, in an environment in which the kernel
has taken the source's. Follows `kernel.lean`.

Names are what is compared by: a constant of the reference means the source's of that name, once
kind, number of universe parameters, type and, unless the reference leaves it open, value are the
same to the kernel. Where the source has no such constant and Lean made the name, the reference's
own is added under another name, so that the rest can be read. Values of theorems are free.
-/
namespace numina_judge_TOKEN

def usesSorry (e : Lean.Expr) : Bool :=
  e.getUsedConstants.toList.foldl (fun found name => found || name == ``sorryAx) false

def value? (decl : Lean.Declaration) : Option Lean.Expr :=
  match decl with
  | .thmDecl v => some v.value
  | .opaqueDecl v => some v.value
  | .defnDecl v => some v.value
  | _ => none

def types (decl : Lean.Declaration) : List Lean.Expr :=
  match decl with
  | .axiomDecl v => [v.type]
  | .thmDecl v => [v.type]
  | .opaqueDecl v => [v.type]
  | .defnDecl v => [v.type]
  | .inductDecl _ _ types _ => types.foldl (init := []) fun exprs type =>
    type.ctors.foldl (fun exprs ctor => ctor.type :: exprs) (type.type :: exprs)
  | _ => []

/-- A definition whose value the reference leaves open. -/
def isHole (decl : Lean.Declaration) : Bool :=
  match decl with
  | .opaqueDecl v => usesSorry v.value
  | .defnDecl v => usesSorry v.value
  | _ => false

/-- What a reference fixes: all that can be reached from its targets, values of theorems and holes
apart. `find` gives the declaration of a name; `seen` grows by all names of each. -/
partial def reach (find : Lean.Name → Option Lean.Declaration) (seen : Lean.NameSet)
    (name : Lean.Name) : Lean.NameSet :=
  if seen.contains name then seen
  else match find name with
  | none => seen
  | some decl =>
    let seen := (declared decl).foldl (fun seen name => seen.insert name) (seen.insert name)
    let fixed := match decl with
      | .thmDecl _ => types decl
      | _ => match value? decl, isHole decl with
        | some value, false => value :: types decl
        | _, _ => types decl
    fixed.foldl (init := seen) fun seen e => e.getUsedConstants.toList.foldl (reach find) seen

/-- Whether `decl`, or what Lean split off from it, says `sorry`. -/
partial def isOpen (find : Lean.Name → Option Lean.Declaration) (decl : Lean.Declaration) : Bool :=
  match value? decl with
  | none => false
  | some value =>
    usesSorry value || value.getUsedConstants.toList.foldl (init := false) fun yes name =>
      yes || (isAuxiliary name && match find name with
        | some decl => isOpen find decl
        | none => false)

def targets (find : Lean.Name → Option Lean.Declaration) (decls : List Lean.Declaration) :
    List Lean.Name :=
  let named := decls.foldl (init := []) fun named decl =>
    let name := mainName decl
    match value? decl, isAuxiliary name with
    | some _, false => (name, decl) :: named
    | _, _ => named
  let left := named.foldl (init := []) fun left (name, decl) =>
    if isOpen find decl then name :: left else left
  match left with
  | [] => named.foldl (init := []) fun theorems (name, decl) =>
    if kind decl == "theorem" then name :: theorems else theorems
  | _ => left

/-- How far a comparison got. `given`: what the source declared; `skipped`: what of it is unsafe;
`copies`: constants of the reference that are there under another name; `broken`: those that the
source does not keep, and what of the reference cannot be read without them. -/
structure Comparison where
  env : Lean.Environment
  given : Lean.NameSet
  skipped : Lean.NameSet
  copies : Lean.NameSet := {}
  copied : Bool := false
  broken : Lean.NameSet := {}
  found : Array Lean.Json := #[]

def copyName (name : Lean.Name) : Lean.Name := `numina_reference_TOKEN ++ name

/-- `e` of the reference, said with what is there. -/
def Comparison.said (c : Comparison) (e : Lean.Expr) : Lean.Expr :=
  if !c.copied then e
  else e.replace fun e => match e with
    | .const name levels =>
      if c.copies.contains name then some (.const (copyName name) levels) else none
    | _ => none

def Comparison.uses (c : Comparison) (decl : Lean.Declaration) : Bool :=
  let exprs := match value? decl with
    | some value => value :: types decl
    | none => types decl
  exprs.foldl (init := false) fun yes e =>
    yes || e.getUsedConstants.toList.foldl (fun yes name => yes || c.broken.contains name) false

/-- `name` is not kept. Said of it only where this does not follow from another's not being kept. -/
def Comparison.breaks (c : Comparison) (decl : Lean.Declaration) (name : Lean.Name)
    (code detail : String) : Comparison :=
  let row := Lean.Json.arr #[.str code, .str name.toString, .str detail]
  { c with
    broken := c.broken.insert name
    found := if c.uses decl then c.found else c.found.push row }

/-- Whether `e` is well-typed where it is to be compared: the kernel compares what it is given. -/
def isType (env : Lean.Environment) (levelParams : List Lean.Name) (type : Lean.Expr) : Bool :=
  let name := `numina_reference_TOKEN.typed
  match add env (.axiomDecl { name, levelParams, type, isUnsafe := false }) with
  | .ok _ => true
  | .error _ => false

def hasType (env : Lean.Environment) (levelParams : List Lean.Name)
    (type value : Lean.Expr) : Bool :=
  let name := `numina_reference_TOKEN.valued
  let decl := { name, levelParams, type, value, hints := .opaque, safety := .safe }
  match add env (.defnDecl decl) with
  | .ok _ => true
  | .error _ => false

def count : List Lean.Name → Nat
  | [] => 0
  | _ :: rest => count rest + 1

def params : List Lean.Name → List Lean.Level
  | [] => []
  | name :: rest => .param name :: params rest

/-- Why `given` is not the constant that the reference means by a name, kind, levels and type. -/
def Comparison.departs (c : Comparison) (wanted : String) (levels : List Lean.Name)
    (type : Lean.Expr) (given : Lean.ConstantInfo) : Option (String × String) :=
  if kindOf given != wanted then some ("kind", s!"is {kindOf given}, not {wanted}")
  else if count given.levelParams != count levels then
    some ("universes", s!"has {count given.levelParams} universe parameters, not {count levels}")
  else
    let type := c.said type
    let own := given.type.instantiateLevelParams given.levelParams (params levels)
    if isType c.env levels type && isDefEq c.env type own then none
    else some ("type", "has another type")

def valueOf (info : Lean.ConstantInfo) : Option Lean.Expr :=
  match info with
  | .defnInfo v => some v.value
  | .opaqueInfo v => some v.value
  | _ => none

def Comparison.departsInValue (c : Comparison) (decl : Lean.Declaration) (levels : List Lean.Name)
    (type : Lean.Expr) (given : Lean.ConstantInfo) : Option (String × String) :=
  match decl, value? decl, valueOf given with
  | .thmDecl _, _, _ => none
  | _, some value, some own =>
    let value := c.said value
    let own := own.instantiateLevelParams given.levelParams (params levels)
    if isHole decl then none
    else if hasType c.env levels (c.said type) value && isDefEq c.env value own then none
    else some ("value", "is defined otherwise")
  | _, _, _ => none

/-- The reference's own `name`, under another name: only needed to read the rest. -/
def Comparison.copy (c : Comparison) (decl : Lean.Declaration) (name : Lean.Name)
    (levelParams : List Lean.Name) (type : Lean.Expr) : Comparison :=
  let copied := copyName name
  let type := c.said type
  let decl' : Lean.Declaration := match decl with
    | .defnDecl v =>
      .defnDecl { name := copied, levelParams, type, value := c.said v.value, hints := v.hints,
                  safety := .safe }
    | _ => .axiomDecl { name := copied, levelParams, type, isUnsafe := false }
  match add c.env decl' with
  | .ok env => { c with env, copies := c.copies.insert name, copied := true }
  | .error _ => c.breaks decl name "missing" "is not declared"

def Comparison.given? (c : Comparison) (name : Lean.Name) : Option Lean.ConstantInfo :=
  if c.given.contains name then c.env.find? name else none

def Comparison.absent (c : Comparison) (decl : Lean.Declaration) (name : Lean.Name) : Comparison :=
  if c.skipped.contains name then c.breaks decl name "unsafe" "is marked unsafe or partial"
  else c.breaks decl name "missing" "is not declared"

def Comparison.constant (c : Comparison) (decl : Lean.Declaration) (name : Lean.Name)
    (levels : List Lean.Name) (type : Lean.Expr) : Comparison :=
  match c.given? name with
  | none => if isAuxiliary name then c.copy decl name levels type else c.absent decl name
  | some given =>
    let departure := match c.departs (kind decl) levels type given with
      | some departure => some departure
      | none => c.departsInValue decl levels type given
    match departure with
    | none => c
    | some (code, detail) =>
      if isAuxiliary name then c.copy decl name levels type else c.breaks decl name code detail

def sameNames : List Lean.Name → List Lean.Name → Bool
  | [], [] => true
  | a :: rest, b :: others => a == b && sameNames rest others
  | _, _ => false

def ctorNames : List Lean.Constructor → List Lean.Name
  | [] => []
  | ctor :: rest => ctor.name :: ctorNames rest

def typeNames : List Lean.InductiveType → List Lean.Name
  | [] => []
  | type :: rest => type.name :: typeNames rest

/-- One type of an inductive block, with its constructors. -/
def Comparison.inductive (c : Comparison) (decl : Lean.Declaration) (levels : List Lean.Name)
    (numParams : Nat) (all : List Lean.Name) (type : Lean.InductiveType) : Comparison :=
  match c.given? type.name with
  | none => c.absent decl type.name
  | some given =>
    match c.departs "inductive" levels type.type given, given with
    | some (code, detail), _ => c.breaks decl type.name code detail
    | none, .inductInfo v =>
      let ctors := ctorNames type.ctors
      if v.numParams != numParams || !sameNames v.all all || !sameNames v.ctors ctors then
        c.breaks decl type.name "value" "has other constructors"
      else type.ctors.foldl (init := c) fun c ctor =>
        match c.given? ctor.name with
        | none => c.absent decl ctor.name
        | some given =>
          match c.departs "constructor" levels ctor.type given with
          | some (code, detail) =>
            let c := c.breaks decl ctor.name code detail
            { c with broken := c.broken.insert type.name }
          | none => c
    | none, _ => c.breaks decl type.name "kind" "is no inductive type"

def Comparison.declaration (c : Comparison) (decl : Lean.Declaration) : Comparison :=
  match decl with
  | .axiomDecl v => c.constant decl v.name v.levelParams v.type
  | .thmDecl v => c.constant decl v.name v.levelParams v.type
  | .opaqueDecl v => c.constant decl v.name v.levelParams v.type
  | .defnDecl v => c.constant decl v.name v.levelParams v.type
  | .inductDecl levels numParams types _ =>
    let all := typeNames types
    types.foldl (fun c type => c.inductive decl levels numParams all type) c
  | _ => c

/-- The one of `decls` that brings `name` along: its own, a constructor's or a recursor's. -/
def find (decls : List Lean.Declaration) (name : Lean.Name) : Option Lean.Declaration :=
  match among decls name, name with
  | some decl, _ => some decl
  | none, .str parent text => if text.startsWith "rec" then among decls parent else none
  | none, _ => none
where
  among : List Lean.Declaration → Lean.Name → Option Lean.Declaration
    | [], _ => none
    | decl :: rest, name =>
      if (declared decl).foldl (fun yes each => yes || each == name) false then some decl
      else among rest name

/-- How `source`, which `env` holds, departs from `reference`; none where that states nothing. -/
def compare (env : Lean.Environment) (source reference : Nodes) : Option (Array Lean.Json) :=
  let decls := reference.decls.toList
  let find := find decls
  match targets find decls with
  | [] => none
  | wanted =>
    let fixed := wanted.foldl (reach find) {}
    let given : Lean.NameSet := source.decls.toList.foldl (init := {}) fun given decl =>
      (declared decl).foldl (fun given name => given.insert name) given
    let skipped : Lean.NameSet := source.skipped.toList.foldl (init := {}) fun skipped (name, _) =>
      skipped.insert name
    let start : Comparison := { env, given, skipped }
    let done := decls.foldl (init := start) fun c decl =>
      if fixed.contains (mainName decl) then c.declaration decl else c
    some done.found

end numina_judge_TOKEN
