'use strict';
// Constants of a Lean environment, seen as what the kernel knows of them: `ConstantInfo`.
//
// A ConstantInfo is a constructor around one value; its tag is the kind. Everything here borrows.

const KINDS = ['axiom', 'def', 'theorem', 'opaque', 'quot', 'inductive', 'constructor', 'recursor'];
const ENTRY = 0;
const SUBTREE = 1;
const SAFE = 1; // DefinitionSafety: unsafe, safe, partial

function constantReader(lean) {
  const { field, tag, isScalar, arrayItems } = lean;

  const value = (constant) => field(constant, 0);
  const common = (constant) => field(value(constant), 0); // {name, levelParams, type}
  const kind = (constant) => KINDS[tag(constant)];
  const nameObject = (constant) => field(common(constant), 0);
  const levelParams = (constant) => field(common(constant), 1);
  const type = (constant) => field(common(constant), 2);
  // The body of a definition, theorem or opaque.
  const body = (constant) => field(value(constant), 1);
  const scalarByte = (object, index) => lean.bytes()[object + 8 + 4 * lean.fieldCount(object) + index];
  // The kernel lets what is unsafe, or partial without a safe stand-in, pass without soundness checks.
  const isUnsafe = (constant) => {
    switch (kind(constant)) {
      case 'def': return scalarByte(value(constant), 0) !== SAFE;
      case 'inductive': return scalarByte(value(constant), 1) !== 0;
      case 'recursor': return scalarByte(value(constant), 1) !== 0;
      case 'axiom': case 'opaque': case 'constructor': return scalarByte(value(constant), 0) !== 0;
      default: return false;
    }
  };

  function listItems(list) {
    const items = [];
    for (; !isScalar(list); list = field(list, 1)) items.push(field(list, 0));
    return items;
  }

  // name → ConstantInfo (borrowed until `release`) of the module being elaborated.
  // Environment.constants is an SMap {stage₁, map₁, map₂}; map₂ is a PersistentHashMap.
  function localConstants(environment) {
    const all = lean.call('l_Lean_Environment_constants', lean.retain(environment));
    const found = new Map();
    const put = (key, constant) => found.set(lean.nameText(key), constant);
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
    const names = namesInTree(set);
    lean.release(set);
    return names;
  }
  // The same of an expression.
  function usedIn(expression) {
    const set = lean.call('l_Lean_Expr_getUsedConstantsAsSet', lean.retain(expression));
    const names = namesInTree(set);
    lean.release(set);
    return names;
  }
  function namesInTree(tree) {
    const names = [];
    const visit = (node) => { // an ordered tree {size, key, value, left, right}
      if (isScalar(node) || lean.fieldCount(node) < 4) return;
      names.push(lean.nameText(field(node, 1)));
      visit(field(node, lean.fieldCount(node) - 2));
      visit(field(node, lean.fieldCount(node) - 1));
    };
    visit(tree);
    return names;
  }

  // Auxiliary constants that Lean makes on the side (`foo._proof_1`, `_private…`, `foo.match_1`).
  const isAuxiliary = (name) => /(^|\.)(_|\d+($|\.)|match_\d)/.test(name);

  return {
    value, kind, nameObject, levelParams, type, body, isUnsafe, listItems, localConstants, used,
    usedIn, isAuxiliary,
  };
}

module.exports = { constantReader, KINDS };
