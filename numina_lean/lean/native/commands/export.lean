/-
Writes every constant that the environment holds beyond its imports as text, a node after another, so
that a process that ran no code of theirs can put them before its kernel (`read.lean` and what
follows it). `TOKEN` stands for a session's secret. For Lean 4.15 and 4.28; without the library's
generic maps and most of its functions on lists, for which the embedded Lean, where this is tested,
has no code.

A node is a letter, fields with a space before each, and a semicolon; texts have what is no letter
or digit as `%code.`. Nodes of one sort are counted, and meant by their number. No line ends: Lean's
printer of messages takes a time for them that grows with the square of their number.
  names, from 1 (0: anonymous)   s parent text   i parent number
  levels, from 1 (0: zero)       S level   M a b   I a b   P name
  expressions, from 0            b index   o level   c name level…   a function argument
    l type body   p type body   t type value body   (no names or kinds of binders)
    j structure index of   n number   x text
  constants, in an order in which each uses only earlier ones
    A name type level-name…   T name type value level-name…   O name type value level-name…
    D name type value hint level-name…
    Y parameters levels level-name… types (name type constructors (name type)…)…
    U name kind     unsafe or partial: not for the kernel
  ?                 what is none of these
-/
namespace numina_export_TOKEN

/-- Numbers things in the order in which they come. -/
structure Table (α : Type) where
  buckets : Array (List (α × Nat))
  count : Nat

def bucketCount : Nat := 16384

def emptyBuckets (α : Type) : Nat → Array (List (α × Nat)) → Array (List (α × Nat))
  | 0, made => made
  | n + 1, made => emptyBuckets α n (made.push [])

def Table.empty (α : Type) : Table α := ⟨emptyBuckets α bucketCount #[], 0⟩

def lookUp {α : Type} [BEq α] (key : α) : List (α × Nat) → Option Nat
  | [] => none
  | (other, index) :: rest => if other == key then some index else lookUp key rest

def Table.find {α : Type} [BEq α] [Hashable α] (t : Table α) (key : α) : Option Nat :=
  lookUp key t.buckets[(hash key).toNat % bucketCount]!

def Table.add {α : Type} [Hashable α] : Table α → α → Table α
  | ⟨buckets, count⟩, key =>
    let slot := (hash key).toNat % bucketCount
    let old := buckets[slot]!
    ⟨buckets.set! slot ((key, count) :: old), count + 1⟩

structure Known where
  names : Table Lean.Name
  infos : Array Lean.ConstantInfo

def Known.add (known : Known) (info : Lean.ConstantInfo) : Known :=
  ⟨known.names.add info.name, known.infos.push info⟩

def Known.find (known : Known) (name : Lean.Name) : Option Lean.ConstantInfo :=
  match known.names.find name with
  | some index => known.infos[index]?
  | none => none

structure Text where
  names : Table Lean.Name
  levels : Table Lean.Level
  exprs : Table Lean.Expr
  done : Lean.NameSet
  out : String

def Text.start : Text :=
  -- What has the number 0 and no node comes first.
  { names := (Table.empty _).add .anonymous
    levels := (Table.empty _).add .zero
    exprs := Table.empty _
    done := {}
    out := "" }

instance : Inhabited Text := ⟨Text.start⟩

def escape (text : String) : String :=
  text.foldl (init := "") fun rest c =>
    if c.isAlphanum || c == '_' then rest.push c else rest ++ "%" ++ toString c.toNat ++ "."

def node : Text → String → Text
  | ⟨names, levels, exprs, done, out⟩, fields =>
    ⟨names, levels, exprs, done, (out ++ fields).push ';'⟩

partial def name (t : Text) (n : Lean.Name) : Text × Nat :=
  match t.names.find n with
  | some index => (t, index)
  | none =>
    match n with
    | .anonymous => (t, 0)
    | .str parent text =>
      let (t, p) := name t parent
      new (node t s!"s {p} {escape text}")
    | .num parent number =>
      let (t, p) := name t parent
      new (node t s!"i {p} {number}")
where
  new : Text → Text × Nat
    | ⟨names, levels, exprs, done, out⟩ =>
      let index := names.count
      (⟨names.add n, levels, exprs, done, out⟩, index)

partial def level (t : Text) (l : Lean.Level) : Text × Nat :=
  match t.levels.find l with
  | some index => (t, index)
  | none =>
    match l with
    | .zero => (t, 0)
    | .succ a =>
      let (t, a) := level t a
      new (node t s!"S {a}")
    | .max a b =>
      let (t, a) := level t a
      let (t, b) := level t b
      new (node t s!"M {a} {b}")
    | .imax a b =>
      let (t, a) := level t a
      let (t, b) := level t b
      new (node t s!"I {a} {b}")
    | .param n =>
      let (t, n) := name t n
      new (node t s!"P {n}")
    | .mvar _ => new (node t "?")
where
  new : Text → Text × Nat
    | ⟨names, levels, exprs, done, out⟩ =>
      let index := levels.count
      (⟨names, levels.add l, exprs, done, out⟩, index)

partial def expr (t : Text) (e : Lean.Expr) : Text × Nat :=
  match e with
  | .mdata _ inner => expr t inner
  | _ =>
    match t.exprs.find e with
    | some index => (t, index)
    | none =>
      let (t, fields) := fieldsOf t
      new (node t fields)
where
  new : Text → Text × Nat
    | ⟨names, levels, exprs, done, out⟩ =>
      let index := exprs.count
      (⟨names, levels, exprs.add e, done, out⟩, index)
  fieldsOf (t : Text) : Text × String :=
    match e with
    | .bvar index => (t, s!"b {index}")
    | .sort l =>
      let (t, l) := level t l
      (t, s!"o {l}")
    | .const n ls =>
      let (t, n) := name t n
      ls.foldl (init := (t, s!"c {n}")) fun (t, fields) l =>
        let (t, l) := level t l
        (t, s!"{fields} {l}")
    | .app f a =>
      let (t, f) := expr t f
      let (t, a) := expr t a
      (t, s!"a {f} {a}")
    | .lam _ type body _ =>
      let (t, type) := expr t type
      let (t, body) := expr t body
      (t, s!"l {type} {body}")
    | .forallE _ type body _ =>
      let (t, type) := expr t type
      let (t, body) := expr t body
      (t, s!"p {type} {body}")
    | .letE _ type value body _ =>
      let (t, type) := expr t type
      let (t, value) := expr t value
      let (t, body) := expr t body
      (t, s!"t {type} {value} {body}")
    | .proj n index inner =>
      let (t, n) := name t n
      let (t, inner) := expr t inner
      (t, s!"j {n} {index} {inner}")
    | .lit (.natVal number) => (t, s!"n {number}")
    | .lit (.strVal text) => (t, s!"x {escape text}")
    | _ => (t, "?")

def kind : Lean.ConstantInfo → String
  | .axiomInfo _ => "axiom"
  | .defnInfo _ => "def"
  | .thmInfo _ => "theorem"
  | .opaqueInfo _ => "opaque"
  | .quotInfo _ => "quot"
  | .inductInfo _ => "inductive"
  | .ctorInfo _ => "constructor"
  | .recInfo _ => "recursor"

/-- `ns` after `fields`. -/
def names (t : Text) (fields : String) (ns : List Lean.Name) : Text × String :=
  ns.foldl (init := (t, fields)) fun (t, fields) n =>
    let (t, n) := name t n
    (t, s!"{fields} {n}")

/-- Name and type of `c` after `fields`. -/
def typed (t : Text) (fields : String) (c : Lean.ConstantInfo) : Text × String :=
  let (t, n) := name t c.name
  let (t, type) := expr t c.type
  (t, s!"{fields} {n} {type}")

/-- A constant that has a value, with a field `hint` after it. -/
def valued (t : Text) (letter : String) (c : Lean.ConstantInfo) (value : Lean.Expr)
    (hint : String) : Text :=
  let (t, fields) := typed t letter c
  let (t, value) := expr t value
  let (t, fields) := names t s!"{fields} {value}{hint}" c.levelParams
  node t fields

def count : List Lean.Name → Nat
  | [] => 0
  | _ :: rest => count rest + 1

/-- The block of inductive types that `v` is one of, with their constructors. -/
def block (known : Known) (t : Text) (v : Lean.InductiveVal) : Text :=
  let (t, fields) := names t s!"Y {v.numParams} {count v.levelParams}" v.levelParams
  let (t, fields) := v.all.foldl (init := (t, s!"{fields} {count v.all}")) fun (t, fields) n =>
    match known.find n with
    | some (.inductInfo v) =>
      let (t, fields) := typed t fields (.inductInfo v)
      v.ctors.foldl (init := (t, s!"{fields} {count v.ctors}")) fun (t, fields) ctor =>
        match known.find ctor with
        | some ctor => typed t fields ctor
        | none => (t, s!"{fields} ?")
    | _ => (t, s!"{fields} ?")
  node t fields

def begun (t : Text) (n : Lean.Name) : Text :=
  { t with done := t.done.insert n }

/-- Write `c`, after all that it uses. -/
partial def constant (known : Known) (t : Text) (c : Lean.ConstantInfo) : Text :=
  if t.done.contains c.name then t
  else if c.isUnsafe || c.isPartial then
    let (t, n) := name (begun t c.name) c.name
    node t s!"U {n} {kind c}"
  else match c with
    | .axiomInfo v =>
      let t := used (begun t c.name) v.type
      let (t, fields) := typed t "A" c
      let (t, fields) := names t fields v.levelParams
      node t fields
    | .thmInfo v => valued (used (used (begun t c.name) v.type) v.value) "T" c v.value ""
    | .opaqueInfo v => valued (used (used (begun t c.name) v.type) v.value) "O" c v.value ""
    | .defnInfo v =>
      let hint := match v.hints with
        | .opaque => " o"
        | .abbrev => " a"
        | .regular height => s!" {height.toNat}"
      valued (used (used (begun t c.name) v.type) v.value) "D" c v.value hint
    | .inductInfo v => block known (types (v.all.foldl begun t) v.all) v
    | .ctorInfo v => others (begun t c.name) [v.induct]
    | .recInfo v => others (begun t c.name) v.all
    | .quotInfo _ => node t "?"
where
  others (t : Text) (ns : List Lean.Name) : Text :=
    ns.foldl (init := t) fun t n =>
      match known.find n with
      | some c => constant known t c
      | none => t
  used (t : Text) (e : Lean.Expr) : Text := others t e.getUsedConstants.toList
  types (t : Text) (ns : List Lean.Name) : Text :=
    ns.foldl (init := t) fun t n =>
      match known.find n with
      | some (.inductInfo v) => ctors (used t v.type) v.ctors
      | _ => t
  ctors (t : Text) (ns : List Lean.Name) : Text :=
    let t := ns.foldl begun t
    ns.foldl (init := t) fun t n =>
      match known.find n with
      | some c => used t c.type
      | none => t

end numina_export_TOKEN

open numina_export_TOKEN in
elab "#numina_export_TOKEN " nonce:str : command => do
  let env ← Lean.getEnv
  let added := env.constants.foldStage2 (fun rest _ info => info :: rest) []
  let known := added.foldl (init := (⟨Table.empty _, #[]⟩ : Known)) fun known info =>
    match info.name.toString.splitOn "TOKEN" with
    | [_] => known.add info
    | _ => known
  let text := known.infos.toList.foldl (constant known) Text.start
  Lean.logInfo (nonce.getString ++ text.out)
