/-
Reads what `export.lean` wrote. Nothing is believed: what does not parse is no declaration, and what
does is one as if it had been typed, for the kernel to check. `TOKEN` stands for a session's secret.
This and what follows it (`kernel`, `compare`, `judge`) is for Lean 4.15 and 4.28; like `export.lean`
it does without what the embedded Lean has no code for.
-/
namespace numina_judge_TOKEN

/-- What was read so far; `skipped` are unsafe or partial declarations, not to be added. -/
structure Nodes where
  names : Array Lean.Name := #[.anonymous]
  levels : Array Lean.Level := #[.zero]
  exprs : Array Lean.Expr := #[]
  decls : Array Lean.Declaration := #[]
  skipped : Array (Lean.Name × String) := #[]

/-- `%code.` for what is no letter or digit. -/
partial def unescape (text : String) : Option String :=
  match text.splitOn "%" with
  | [] => none
  | first :: rest => go rest first
where
  go : List String → String → Option String
    | [], done => some done
    | part :: rest, done =>
      match part.splitOn "." with
      | [code, after] =>
        match code.toNat? with
        | some code =>
          if code < 0x110000 then go rest (done.push (Char.ofNat code) ++ after) else none
        | none => none
      | _ => none

def Nodes.name (t : Nodes) (field : String) : Option Lean.Name :=
  match field.toNat? with
  | some index => t.names[index]?
  | none => none

def Nodes.level (t : Nodes) (field : String) : Option Lean.Level :=
  match field.toNat? with
  | some index => t.levels[index]?
  | none => none

def Nodes.expr (t : Nodes) (field : String) : Option Lean.Expr :=
  match field.toNat? with
  | some index => t.exprs[index]?
  | none => none

partial def Nodes.nameList (t : Nodes) : List String → Option (List Lean.Name)
  | [] => some []
  | field :: rest =>
    match t.name field, t.nameList rest with
    | some name, some names => some (name :: names)
    | _, _ => none

partial def Nodes.levelList (t : Nodes) : List String → Option (List Lean.Level)
  | [] => some []
  | field :: rest =>
    match t.level field, t.levelList rest with
    | some level, some levels => some (level :: levels)
    | _, _ => none

/-- The first `count` of `fields`, and the others. -/
partial def split : Nat → List String → Option (List String × List String)
  | 0, fields => some ([], fields)
  | _, [] => none
  | count + 1, field :: rest =>
    match split count rest with
    | some (taken, left) => some (field :: taken, left)
    | none => none

partial def Nodes.ctors (t : Nodes) :
    Nat → List String → Option (List Lean.Constructor × List String)
  | 0, fields => some ([], fields)
  | count + 1, name :: type :: rest =>
    match t.name name, t.expr type, t.ctors count rest with
    | some name, some type, some (ctors, left) => some ({ name, type } :: ctors, left)
    | _, _, _ => none
  | _, _ => none

partial def Nodes.types (t : Nodes) : Nat → List String → Option (List Lean.InductiveType)
  | 0, [] => some []
  | count + 1, name :: type :: number :: rest =>
    match t.name name, t.expr type, number.toNat? with
    | some name, some type, some number =>
      match t.ctors number rest with
      | some (ctors, left) =>
        match t.types count left with
        | some types => some ({ name, type, ctors } :: types)
        | none => none
      | none => none
    | _, _, _ => none
  | _, _ => none

/-- More than any term has; a larger index would not fit where Lean keeps it. -/
def mostBinders : Nat := 100000

def Nodes.readName (t : Nodes) (fields : List String) : Option Lean.Name :=
  match fields with
  | ["s", parent, text] =>
    match t.name parent, unescape text with
    | some parent, some text => some (.str parent text)
    | _, _ => none
  | ["i", parent, number] =>
    match t.name parent, number.toNat? with
    | some parent, some number => some (.num parent number)
    | _, _ => none
  | _ => none

def Nodes.readLevel (t : Nodes) (fields : List String) : Option Lean.Level :=
  match fields with
  | ["S", a] =>
    match t.level a with
    | some a => some (.succ a)
    | none => none
  | ["M", a, b] =>
    match t.level a, t.level b with
    | some a, some b => some (.max a b)
    | _, _ => none
  | ["I", a, b] =>
    match t.level a, t.level b with
    | some a, some b => some (.imax a b)
    | _, _ => none
  | ["P", name] =>
    match t.name name with
    | some name => some (.param name)
    | none => none
  | _ => none

def Nodes.readExpr (t : Nodes) (fields : List String) : Option Lean.Expr :=
  match fields with
  | ["a", f, a] =>
    match t.expr f, t.expr a with
    | some f, some a => some (.app f a)
    | _, _ => none
  | "c" :: name :: levels =>
    match t.name name, t.levelList levels with
    | some name, some levels => some (.const name levels)
    | _, _ => none
  | ["b", index] =>
    match index.toNat? with
    | some index => if index < mostBinders then some (.bvar index) else none
    | none => none
  | ["l", type, body] =>
    match t.expr type, t.expr body with
    | some type, some body => some (.lam `x type body .default)
    | _, _ => none
  | ["p", type, body] =>
    match t.expr type, t.expr body with
    | some type, some body => some (.forallE `x type body .default)
    | _, _ => none
  | ["t", type, value, body] =>
    match t.expr type, t.expr value, t.expr body with
    | some type, some value, some body => some (.letE `x type value body false)
    | _, _, _ => none
  | ["j", name, index, inner] =>
    match t.name name, index.toNat?, t.expr inner with
    | some name, some index, some inner => some (.proj name index inner)
    | _, _, _ => none
  | ["o", level] =>
    match t.level level with
    | some level => some (.sort level)
    | none => none
  | ["n", number] =>
    match number.toNat? with
    | some number => some (.lit (.natVal number))
    | none => none
  | ["x", text] =>
    match unescape text with
    | some text => some (.lit (.strVal text))
    | none => none
  | _ => none

def hint (field : String) : Option Lean.ReducibilityHints :=
  match field with
  | "o" => some .opaque
  | "a" => some .abbrev
  | _ =>
    match field.toNat? with
    | some height => some (.regular height.toUInt32)
    | none => none

def Nodes.readDecl (t : Nodes) (fields : List String) : Option Lean.Declaration :=
  match fields with
  | "A" :: name :: type :: levels =>
    match t.name name, t.expr type, t.nameList levels with
    | some name, some type, some levelParams =>
      some (.axiomDecl { name, levelParams, type, isUnsafe := false })
    | _, _, _ => none
  | "T" :: name :: type :: value :: levels =>
    match t.name name, t.expr type, t.expr value, t.nameList levels with
    | some name, some type, some value, some levelParams =>
      some (.thmDecl { name, levelParams, type, value })
    | _, _, _, _ => none
  | "O" :: name :: type :: value :: levels =>
    match t.name name, t.expr type, t.expr value, t.nameList levels with
    | some name, some type, some value, some levelParams =>
      some (.opaqueDecl { name, levelParams, type, value, isUnsafe := false })
    | _, _, _, _ => none
  | "D" :: name :: type :: value :: height :: levels =>
    match t.name name, t.expr type, t.expr value, hint height, t.nameList levels with
    | some name, some type, some value, some hints, some levelParams =>
      some (.defnDecl { name, levelParams, type, value, hints, safety := .safe })
    | _, _, _, _, _ => none
  | "Y" :: params :: number :: rest =>
    match params.toNat?, number.toNat? with
    | some params, some number =>
      match split number rest with
      | some (levels, count :: rest) =>
        match t.nameList levels, count.toNat? with
        | some levels, some count =>
          match t.types count rest with
          | some types => some (.inductDecl levels params types false)
          | none => none
        | _, _ => none
      | _ => none
    | _, _ => none
  | _ => none

/-- One node more; none where it says nothing that can be read. -/
def Nodes.read (t : Nodes) (fields : List String) : Option Nodes :=
  match fields with
  | [""] => some t
  | ["U", name, kind] =>
    match t.name name with
    | some name => some { t with skipped := t.skipped.push (name, kind) }
    | none => none
  | letter :: _ =>
    if letter == "s" || letter == "i" then
      match t.readName fields with
      | some name => some { t with names := t.names.push name }
      | none => none
    else if letter == "S" || letter == "M" || letter == "I" || letter == "P" then
      match t.readLevel fields with
      | some level => some { t with levels := t.levels.push level }
      | none => none
    else if letter == "A" || letter == "T" || letter == "O" || letter == "D" || letter == "Y" then
      match t.readDecl fields with
      | some decl => some { t with decls := t.decls.push decl }
      | none => none
    else
      match t.readExpr fields with
      | some expr => some { t with exprs := t.exprs.push expr }
      | none => none
  | [] => none

partial def Nodes.readAll (t : Nodes) : List String → Option Nodes
  | [] => some t
  | node :: rest =>
    match t.read (node.splitOn " ") with
    | some t => t.readAll rest
    | none => none

def parse (text : String) : Option Nodes := Nodes.readAll {} (text.splitOn ";")

end numina_judge_TOKEN
