'use strict';
// Which constants an environment holds beyond another, and the axioms that each rests on.
//
// Runs outside Lean: nothing that the audited source defines takes part. Covers constants of the
// current module, walked transitively. Does not look into imported theorems: the library holds
// their statements only (they read like axioms), so it is trusted as a whole, and of imported
// constants only those named below are reported.

const KINDS = ['axiom', 'def', 'theorem', 'opaque', 'quot', 'inductive', 'constructor', 'recursor'];
const AXIOM = 0;
const IMPORTED_AXIOMS = new Set([
  'propext', 'Classical.choice', 'Quot.sound', 'Quot.lcInv', 'sorryAx', 'lcProof', 'lcAny', 'lcUnreachable',
  'Lean.ofReduceBool', 'Lean.ofReduceNat', 'Lean.trustCompiler',
]);
const STANDARD_AXIOMS = new Set(['propext', 'Classical.choice', 'Quot.sound']);
const ENTRY = 0;
const SUBTREE = 1;

function auditor(lean) {
  const { field, tag, isScalar, arrayItems } = lean;

  // name → ConstantInfo (borrowed while `environment` lives) of the module being elaborated.
  // Environment.constants is an SMap {stage₁, map₁, map₂}; map₂ is a PersistentHashMap.
  function localConstants(environment) {
    const all = lean.call('l_Lean_Environment_constants', lean.retain(environment));
    const found = new Map();
    const put = (key, value) => found.set(lean.nameText(key), value);
    const visit = (node) => {
      if (tag(node) === ENTRY) {
        for (const entry of arrayItems(field(node, 0))) {
          if (isScalar(entry)) continue;
          if (tag(entry) === ENTRY) put(field(entry, 0), field(entry, 1));
          else if (tag(entry) === SUBTREE) visit(field(entry, 0));
        }
      } else { // a node of colliding keys
        const values = arrayItems(field(node, 1));
        arrayItems(field(node, 0)).forEach((key, index) => put(key, values[index]));
      }
    };
    const map = field(all, 1);
    visit(isPersistentMap(map) ? field(map, 0) : map);
    return { found, release: () => lean.release(all) };
  }
  const isPersistentMap = (object) =>
    tag(object) === 0 && lean.fieldCount(object) === 2 &&
    !isScalar(field(object, 0)) && tag(field(object, 0)) <= 1;

  // Names of the constants that occur in the type and value of a ConstantInfo.
  function used(constant) {
    const set = lean.call('l_Lean_ConstantInfo_getUsedConstantsAsSet', lean.retain(constant));
    const names = [];
    const visit = (node) => { // an ordered tree {size, key, value, left, right}
      if (isScalar(node) || lean.fieldCount(node) < 4) return;
      names.push(lean.nameText(field(node, 1)));
      visit(field(node, lean.fieldCount(node) - 2));
      visit(field(node, lean.fieldCount(node) - 1));
    };
    visit(set);
    lean.release(set);
    return names;
  }

  function axiomsOf(name, constants, usedByName) {
    const axioms = new Set();
    const pending = [name];
    const seen = new Set(pending);
    while (pending.length) {
      const next = pending.pop();
      if (IMPORTED_AXIOMS.has(next)) axioms.add(next);
      const constant = constants.get(next);
      if (constant === undefined) continue;
      if (tag(constant) === AXIOM) axioms.add(next);
      let names = usedByName.get(next);
      if (!names) usedByName.set(next, (names = used(constant)));
      for (const other of names) if (!seen.has(other)) { seen.add(other); pending.push(other); }
    }
    return [...axioms].sort();
  }

  // Auxiliary constants that Lean makes on the side (`foo._proof_1`, `_private…`, `foo.match_1`).
  const isAuxiliary = (name) => /(^|\.)(_|\d+($|\.)|match_\d)/.test(name);
  // What the kernel let pass without soundness checks. Nothing safe can use it, so it proves nothing;
  // Lean's own helpers for partial functions (`f._unsafe_rec`) are auxiliary.
  const isUnsafe = (constant) => lean.call('l_Lean_ConstantInfo_isUnsafe', constant) !== 0;
  const isStandard = (axioms) => axioms.every((axiom) => STANDARD_AXIOMS.has(axiom));

  const declared = (name, constant, axioms) =>
    ({ name, kind: KINDS[tag(constant)], axioms: isUnsafe(constant) ? [...axioms, 'unsafe'] : axioms });

  // Declarations of `environment` that are not in `known` (a Map or Set of names), sorted by name.
  // Auxiliary ones are listed only where they rest on an axiom that is not standard.
  function added(environment, known) {
    const { found, release } = localConstants(environment);
    const usedByName = new Map();
    const declarations = [];
    for (const [name, constant] of found) {
      if (known.has(name)) continue;
      const axioms = axiomsOf(name, found, usedByName);
      if (isAuxiliary(name) && isStandard(axioms)) continue;
      declarations.push(declared(name, constant, axioms));
    }
    release();
    return declarations.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  // The declaration whose last component is `name`, in whatever namespace, or undefined.
  function one(environment, name) {
    const { found, release } = localConstants(environment);
    const full = [...found.keys()].find((key) => key === name || key.endsWith('.' + name));
    const declaration = full === undefined ? undefined
      : declared(full, found.get(full), axiomsOf(full, found, new Map()));
    release();
    return declaration;
  }

  function names(environment) {
    const { found, release } = localConstants(environment);
    release();
    return new Set(found.keys());
  }

  return { added, one, names };
}

module.exports = { auditor };
