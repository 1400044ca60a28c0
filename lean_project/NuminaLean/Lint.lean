import Lean.Elab.Command
import Lean.Elab.Tactic.Meta

/-!
# What the statement lint asks of Lean

`numina_lint% "name" …` writes, for each theorem of that name, one message: a line of JSON, with the
elaborated type, what short tactics make of its hypotheses and its conclusion, and which of the
subtractions and divisions in it can be shown to be harmless. It judges nothing: the findings are
made of this outside Lean (`numina_lean/lint`).

The theorem's own type is used as it was elaborated, never its text.
-/

namespace NuminaLean.Lint

open Lean Meta Elab

/-- In thousands of small allocations, as `maxHeartbeats`, for one attempt of one tactic. -/
def attemptHeartbeats : Nat := 4000

/-- The most obligations that are tried in one theorem; the rest is reported as open. -/
def mostObligations : Nat := 24

/-! ### Terms as JSON -/

/-- A name as it is written, without guillemets. -/
partial def nameText : Name → String
  | .anonymous => ""
  | .str .anonymous last => last
  | .str rest last => nameText rest ++ "." ++ last
  | .num rest n => nameText rest ++ "." ++ Nat.repr n

/-- Whether `e` is an instance, by the name that Lean gives instances. -/
def isInstance (e : Expr) : Bool :=
  match e.getAppFn with
  | .const (.str _ last) _ => last.startsWith "inst"
  | _ => false

def binderMark : BinderInfo → Json
  | .default => ""
  | .instImplicit => "instance"
  | _ => "implicit"

/-- `e` with bound variables as de Bruijn indices. Of arguments that are instances, only that they
are there; a name that Lean made up, as for the premise of `p → q`, is left out. -/
partial def json (e : Expr) : Json :=
  match e with
  | .bvar i => .arr #["b", toJson i]
  | .fvar id => .arr #["v", .str (nameText id.name)]
  | .const name _ => .arr #["c", .str (nameText name)]
  | .app f a => spine f [argument a]
  | .lam name type body info => binder "l" name type body info
  | .forallE name type body info => binder "p" name type body info
  | .letE _ _ value body _ => json (body.instantiate1 value)
  | .lit (.natVal n) => .arr #["n", .str (Nat.repr n)]
  | .lit (.strVal s) => .arr #["s", .str s]
  | .mdata _ e => json e
  | .proj _ i e => .arr #["j", toJson i, json e]
  | .sort .zero => .arr #["c", "Prop"]
  | .sort _ => .arr #["c", "Type"]
  | .mvar _ => .null
where
  argument (a : Expr) : Json := if isInstance a then .null else json a
  spine (f : Expr) (arguments : List Json) : Json :=
    match f with
    | .app f a => spine f (argument a :: arguments)
    | f => .arr (Json.str "a" :: json f :: arguments).toArray
  binder (kind : String) (name : Name) (type body : Expr) (info : BinderInfo) : Json :=
    let name := if name.hasMacroScopes then "" else nameText name
    .arr #[.str kind, .str name, binderMark info, json type, json body]

/-! ### Attempts -/

/-- A proof attempt may use no theorem that the source itself states: it may rest on `sorry`. -/
def usesSource (known : NameSet) (proof : Expr) : Bool :=
  (proof.find? fun e => match e with | .const name _ => known.contains name | _ => false).isSome

/-- The first of `tactics` that proves `goal` in the local context, or null. A tactic that this Lean
does not have is passed over. -/
def provedBy (known : NameSet) (tactics : List String) (goal : Expr) : TermElabM Json := do
  for tactic in tactics do
    if let .ok syn := Parser.runParserCategory (← getEnv) `tactic tactic then
      if ← attempt syn then return .str tactic
  return .null
where
  closes (syn : Syntax) (goal : Expr) : TermElabM Bool := do
    let goal ← mkFreshExprSyntheticOpaqueMVar goal
    let (left, _) ← runTactic goal.mvarId! syn
    let proof ← instantiateMVars goal
    let none := match left with | [] => true | _ => false
    return none && !proof.hasSorry && !proof.hasExprMVar && !usesSource known proof
  attempt (syn : Syntax) : TermElabM Bool := do
    let core ← getThe Core.State
    let metavariables ← getThe Meta.State
    let term ← getThe Term.State
    let now ← IO.getNumHeartbeats
    let limits (c : Core.Context) : Core.Context :=
      { c with initHeartbeats := now, maxHeartbeats := attemptHeartbeats * 1000 }
    let closed ← withTheReader Core.Context limits <|
      tryCatchRuntimeEx (closes syn goal) fun _ => return false
    set core
    set metavariables
    set term
    return closed

/-! ### Local variables -/

/-- Like `withLocalDecl`, which the embedded engine cannot compile into our code. -/
def withVariable {α : Type} (name : Name) (info : BinderInfo) (type : Expr) (k : Expr → TermElabM α) :
    TermElabM α := do
  let id ← mkFreshFVarId
  let here ← readThe Meta.Context
  let lctx := here.lctx.mkLocalDecl id name type info
  let localInstances := match ← isClass? type with
    | some className => here.localInstances.push ⟨className, .fvar id⟩
    | none => here.localInstances
  withTheReader Meta.Context (fun c => { c with lctx, localInstances }) (k (.fvar id))

/-- The binders of a statement as local variables, and what is stated of them. -/
partial def telescope (e : Expr) (xs : Array Expr) (k : Array Expr → Expr → TermElabM Json) :
    TermElabM Json := do
  match e with
  | .forallE name type body info =>
    withVariable name info type fun x => telescope (body.instantiate1 x) (xs.push x) k
  | .mdata _ e => telescope e xs k
  | e => k xs e

/-! ### Subtractions and divisions -/

/-- `assumed`: what holds where we are inside a statement, its own hypotheses apart. -/
structure Scan where
  known : NameSet
  found : IO.Ref (Array Json)
  assumed : List Json := []

def Scan.assuming (scan : Scan) (p : Expr) : Scan :=
  { scan with assumed := json p :: scan.assumed }

def harmless : List String :=
  ["omega", "simp_all", "positivity", "grind", "linarith", "nlinarith"]

/-- Record whether `goal` holds, on which `term` means what it says. -/
def oblige (scan : Scan) (kind : String) (term left right goal : Expr) : TermElabM Unit := do
  let found ← scan.found.get
  let tried := found.size < mostObligations
  let by' ← if tried then provedBy scan.known harmless goal else pure Json.null
  let text ← ppExpr term
  scan.found.set <| found.push <| .mkObj [("kind", kind), ("term", text.pretty), ("by", by'),
    ("tried", .bool tried), ("left", json left), ("right", json right),
    ("assumed", .arr scan.assumed.toArray)]

def isNonzero (type e : Expr) : MetaM (Option Expr) := do
  try
    let zero ← mkAppOptM ``OfNat.ofNat #[type, mkRawNatLit 0, none]
    return some (← mkAppM ``Ne #[e, zero])
  catch _ => return none

def operation (scan : Scan) (name : Name) (type term a b : Expr) : TermElabM Unit := do
  let isNat := type.isConstOf ``Nat
  if name == ``HSub.hSub then
    if isNat then oblige scan "le" term a b (← mkAppM ``LE.le #[b, a])
  else if name == ``HDiv.hDiv || name == ``HMod.hMod then
    if name == ``HDiv.hDiv && (isNat || type.isConstOf ``Int) then
      oblige scan "dvd" term a b (← mkAppM ``Dvd.dvd #[b, a])
    if let some goal ← isNonzero type b then oblige scan "ne" term a b goal

/-- Visit every operation of `e`, with what may be assumed where it stands. -/
partial def walk (scan : Scan) (e : Expr) : TermElabM Unit := do
  match e with
  | .forallE name type body info | .lam name type body info =>
    walk scan type
    let inner ← if ← isProp type then pure (scan.assuming type) else pure scan
    withVariable name info type fun x => walk inner (body.instantiate1 x)
  | .letE _ _ value body _ => walk scan value; walk scan (body.instantiate1 value)
  | .mdata _ e => walk scan e
  | .app (.app (.const ``And _) p) q => under p q; under q p
  | .app (.app (.const ``Or _) p) q => under (mkNot p) q; under (mkNot q) p
  | .app (.app (.app (.app (.app (.const ``ite _) _) c) _) a) b =>
    walk scan c; under c a; under (mkNot c) b
  | .app (.app (.app (.app (.app (.app (.const name _) _) _) type) _) a) b =>
    walk scan a; walk scan b; operation scan name type e a b
  | .app (.app (.app (.const `Inv.inv _) type) _) a =>
    walk scan a
    if let some goal ← isNonzero type a then oblige scan "ne" e a a goal
  | .app f a =>
    walk scan f
    unless isInstance a do walk scan a
  | _ => return
where
  under (p e : Expr) : TermElabM Unit :=
    withVariable `h .default p fun _ => walk (scan.assuming p) e

/-! ### One theorem -/

partial def conjuncts (e : Expr) (rest : List Expr := []) : List Expr :=
  match e with
  | .app (.app (.const ``And _) p) q => conjuncts p (conjuncts q rest)
  | .mdata _ e => conjuncts e rest
  | e => e :: rest

def mirrored (e : Expr) : Expr :=
  match e with
  | .app (.app f@(.app (.const ``Eq _) _) a) b => mkApp2 f b a
  | .app (.app f@(.app (.const ``Ne _) _) a) b => mkApp2 f b a
  | .app (.app f@(.const ``Iff _) a) b => mkApp2 f b a
  | e => e

def says (goal p : Expr) : MetaM Bool :=
  withReducible do
    for q in conjuncts p do
      if (← isDefEq q goal) || (← isDefEq q (mirrored goal)) then return true
    return false

def contradictions : List String :=
  ["contradiction", "omega", "simp_all", "grind", "linarith", "nlinarith", "norm_num at *"]
def trivialities : List String := ["trivial", "rfl", "simp"]
def substitutions : List String := ["(subst_vars; assumption)"]

/-- Everything about one theorem, see the head of this file. -/
def describe (known : NameSet) (info : TheoremVal) : TermElabM Json :=
  telescope info.type #[] fun xs goal => do
    let proof := info.value.beta xs
    let stated := (proof.find? fun e => e.isConstOf ``sorryAx).isSome
    let mut hypotheses : Array Json := #[]
    let mut unused : Array Json := #[]
    let mut repeated : Array Json := #[]
    let mut variables : Array Json := #[]
    let mut index : Nat := 0
    let found ← IO.mkRef #[]
    let scan : Scan := { known, found }
    for x in xs.toList do
      let type ← inferType x
      variables := variables.push (json x)
      if ← isProp type then
        hypotheses := hypotheses.push (toJson index)
        if ← says goal type then repeated := repeated.push (toJson index)
        unless stated || x.occurs proof do unused := unused.push (toJson index)
      walk scan type
      index := index + 1
    walk scan goal
    let falsum := mkConst ``False
    let vacuous ← if 0 < hypotheses.size && goal != falsum then provedBy known contradictions falsum
      else pure .null
    return .mkObj [("type", json info.type), ("variables", .arr variables),
      ("hypotheses", .arr hypotheses), ("stated", .bool stated), ("unused", .arr unused),
      ("repeated", .arr repeated), ("vacuous", vacuous),
      ("trivial", ← provedBy known trivialities goal),
      ("substituted", ← provedBy known substitutions goal), ("obligations", .arr (← found.get))]

/-! ### The command -/

/-- The name with these parts, one a line: a part may have dots in it. -/
def nameOf (text : String) : Name := build .anonymous (text.splitOn "\n")
where
  build (before : Name) (parts : List String) : Name :=
    match parts with
    | [] => before
    | part :: rest => build (.str before part) rest

def lintOne (known : NameSet) (text : String) : TermElabM Json := do
  match (← getEnv).find? (nameOf text) with
  | some (.thmInfo info) =>
    tryCatchRuntimeEx (describe known info) fun e => do
      return .mkObj [("failed", ← e.toMessageData.toString)]
  | _ => return .mkObj [("failed", "no theorem of this name")]

/-- The mark by which these messages are told from others. -/
def mark : String := "numina_lint "

/-- The theorems to tell about and, behind the semicolon, those that the source states besides.

A term, because the embedded engine cannot compile what a command needs into our code. -/
syntax (name := lintTerm) "numina_lint%" str* (";" str*)? : term

@[term_elab lintTerm]
def elabLint : Term.TermElab := fun stx _ => do
  let mut known : NameSet := {}
  for name in stx[1].getArgs.toList do
    known := known.insert (nameOf ((Syntax.isStrLit? name).getD ""))
  for name in stx[2][1].getArgs.toList do
    known := known.insert (nameOf ((Syntax.isStrLit? name).getD ""))
  for name in stx[1].getArgs.toList do
    let name := (Syntax.isStrLit? name).getD ""
    let found ← lintOne known name
        let message : Message :=
      { fileName := "", pos := ⟨1, 0⟩, severity := .information, data := mark ++ found.compress }
    modifyThe Core.State fun state => { state with messages := state.messages.add message }
  return mkConst ``True.intro

end NuminaLean.Lint
