'use strict';
// Constants through the kernel: each declared anew, in the order in which they use one another.
//
// Where the constants come from does not matter: what comes out of `replay` rests on the kernel, and
// on the environment that it starts from. Unsafe and partial constants are left out, since the
// kernel gives no warrant for them and nothing safe can use them.

const DECLARATION = { axiom: 0, def: 1, theorem: 2, opaque: 3 };
const INDUCTIVE_DECLARATION = 6;
const REFUSALS = [
  'unknown constant', 'already declared', 'type mismatch', 'has metavariables', 'has free variables',
  'a function was expected', 'a type was expected', 'type mismatch at let', 'type mismatch',
  'type mismatch in an application', 'invalid projection', 'the type of a theorem is no proposition',
  'refused', 'deterministic timeout', 'too much memory', 'deep recursion', 'interrupted',
];
const NAMED_REFUSALS = 2; // the first ones carry the environment and a name
const OTHER = 12; // carries a text

function kernelReplayer(lean, constants) {
  const { field, tag, retain, release, isScalar } = lean;

  // The kernel's view of an elaborator's environment (borrowed); owned.
  const kernelOf = (environment) =>
    lean.call('lean_elab_environment_to_kernel_env', retain(environment));

  function refusalText(exception) {
    const index = tag(exception);
    const text = REFUSALS[index] ?? 'refused';
    if (index < NAMED_REFUSALS) return `${text} ${lean.nameText(field(exception, 1))}`;
    return index === OTHER ? lean.text(field(exception, 0)) : text;
  }

  // Adds `declaration` (owned) to `environment` (owned). `token`: a cancel token or 0 (borrowed).
  function add(environment, declaration, token) {
    const cancel = token ? lean.some(retain(token)) : lean.none;
    const noHeartbeatLimit = 0;
    const result = lean.call('lean_add_decl', retain(environment), noHeartbeatLimit, declaration, cancel);
    release(declaration);
    release(cancel);
    const taken = tag(result) === 1;
    const refusal = taken ? null : refusalText(field(result, 0));
    const next = taken ? retain(field(result, 0)) : environment;
    if (taken) release(environment);
    release(result);
    return { environment: next, refusal };
  }

  function find(environment, name) {
    const option = lean.call('lean_environment_find', retain(environment), retain(name));
    const found = isScalar(option) ? undefined : retain(field(option, 0));
    release(option);
    return found;
  }

  function simpleDeclaration(constant) {
    return lean.constructor(DECLARATION[constants.kind(constant)], [retain(constants.value(constant))]);
  }

  // The block of inductive types that `constant` is one of. Undefined where `found` lacks a part.
  function inductiveDeclaration(constant, found) {
    const value = constants.value(constant);
    const all = constants.listItems(field(value, 3)).map((name) => found.get(lean.nameText(name)));
    if (all.some((each) => each === undefined || constants.kind(each) !== 'inductive')) return undefined;
    const types = [];
    for (const each of all) {
      const names = constants.listItems(field(constants.value(each), 4));
      const made = names.map((name) => found.get(lean.nameText(name)));
      if (made.some((each) => each === undefined || constants.kind(each) !== 'constructor')) return undefined;
      const constructors = made.map((each) => lean.constructor(0,
        [retain(constants.nameObject(each)), retain(constants.type(each))]));
      types.push(lean.constructor(0,
        [retain(constants.nameObject(each)), retain(constants.type(each)), lean.list(constructors)]));
    }
    const isUnsafe = 0;
    return lean.constructor(INDUCTIVE_DECLARATION,
      [retain(constants.levelParams(constant)), retain(field(value, 1)), lean.list(types)], [isUnsafe]);
  }

  // Declares the constants of `found` (name → ConstantInfo) over `environment` (owned, the kernel's).
  // Returns {environment, refusal, taken}: the kernel's environment after (owned); the first refusal
  // as text or null; the names that the kernel has declared.
  function replay(environment, found, token) {
    const taken = new Set();
    const state = new Map(); // name → 'open' while what it uses is declared, 'done' after
    let refusal = null;

    const declare = (name, constant) => {
      const kind = constants.kind(constant);
      const declaration = kind === 'inductive' ? inductiveDeclaration(constant, found)
        : kind in DECLARATION ? simpleDeclaration(constant) : undefined;
      if (declaration === undefined) return `${name}: cannot be declared (${kind})`;
      const result = add(environment, declaration, token);
      environment = result.environment;
      return result.refusal === null ? null : `${name}: ${result.refusal}`;
    };

    // Members of a block count as one: what any of them uses is declared before the block.
    const members = (constant) => {
      if (constants.kind(constant) !== 'inductive') return [];
      const value = constants.value(constant);
      return constants.listItems(field(value, 3)).flatMap((name) => {
        const each = found.get(lean.nameText(name));
        const made = each !== undefined && constants.kind(each) === 'inductive'
          ? constants.listItems(field(constants.value(each), 4)) : [];
        return [name, ...made];
      }).map((name) => lean.nameText(name));
    };
    const owner = (name, constant) => {
      switch (constants.kind(constant)) {
        case 'constructor': return lean.nameText(field(constants.value(constant), 1));
        case 'recursor': return lean.nameText(field(constants.nameObject(constant), 0));
        case 'inductive': return lean.nameText(constants.listItems(field(constants.value(constant), 3))[0] ?? 0);
        default: return name;
      }
    };

    const visit = (name) => {
      const constant = found.get(name);
      if (constant === undefined || state.has(name) || refusal !== null) return;
      if (constants.isUnsafe(constant)) { state.set(name, 'done'); return; }
      const first = owner(name, constant);
      if (first !== name && found.has(first) && !state.has(first)) { visit(first); if (state.has(name)) return; }
      const block = [...new Set([name, ...members(constant)])];
      for (const each of block) state.set(each, 'open');
      for (const each of block) {
        const member = found.get(each);
        if (member !== undefined) for (const other of constants.used(member)) visit(other);
      }
      if (refusal === null && !isMade(constant)) {
        refusal = declare(name, constant);
        if (refusal === null) for (const each of block) taken.add(each);
      }
      for (const each of block) state.set(each, 'done');
    };
    // Constructors and recursors are made by the kernel with their inductive type.
    const isMade = (constant) => ['constructor', 'recursor'].includes(constants.kind(constant));

    for (const name of found.keys()) visit(name);
    for (const [name, constant] of found) {
      if (refusal !== null) break;
      if (!isMade(constant) || constants.isUnsafe(constant)) continue;
      const made = find(environment, constants.nameObject(constant));
      if (made === undefined || constants.kind(made) !== constants.kind(constant)) refusal = `${name}: not made by the kernel`;
      else taken.add(name);
      if (made !== undefined) release(made);
    }
    return { environment, refusal, taken };
  }

  // Whether the kernel holds two closed expressions (borrowed) for definitionally equal in
  // `environment` (the kernel's, borrowed). An expression that it cannot read is equal to none.
  function isDefEq(environment, left, right) {
    if (lean.call('lean_expr_eqv', left, right) !== 0) return true;
    const elaborator = lean.call('lean_elab_environment_of_kernel_env', retain(environment));
    const result = lean.call('lean_kernel_is_def_eq', elaborator, retain(lean.constant('l_Lean_LocalContext_empty')),
      retain(left), retain(right));
    const equal = tag(result) === 1 && field(result, 0) === lean.box(1);
    release(result);
    return equal;
  }

  return { kernelOf, replay, isDefEq, find };
}

module.exports = { kernelReplayer };
