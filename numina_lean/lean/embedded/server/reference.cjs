'use strict';
// Whether the constants of a source keep to those of a reference: the same names, kinds and universe
// parameters, types equal in the kernel's eyes, and every definition that they depend on unchanged.
//
// Targets are the theorems that the reference leaves to be proved, and its holes: definitions left
// to be given. A reference without any `sorry` asks for all its theorems. Compared is what can be
// reached from the targets' types; the value of a theorem or of a hole is free.

const SORRY = 'sorryAx';

function referenceComparer(lean, constants, kernel) {
  const { field } = lean;
  const names = (list) => constants.listItems(list).map((name) => lean.nameText(name));

  // Whether `name` itself, or an auxiliary constant that Lean split off from it, says sorry. With
  // `data`, proofs that were split off do not count.
  function saysSorry(name, found, data, seen = new Set()) {
    const constant = found.get(name);
    if (constant === undefined || seen.has(name)) return false;
    seen.add(name);
    const isPart = (other) => constants.isAuxiliary(other) && found.has(other) &&
      !(data && constants.kind(found.get(other)) === 'theorem');
    return constants.used(constant).some((other) => other === SORRY ||
      (isPart(other) && saysSorry(other, found, data, seen)));
  }

  function plan(found) {
    const holes = new Set();
    const open = [];
    const theorems = [];
    for (const [name, constant] of found) {
      const kind = constants.kind(constant);
      if (constants.isAuxiliary(name) || constants.isUnsafe(constant)) continue;
      if (kind === 'theorem') theorems.push(name);
      if (!['theorem', 'def', 'opaque'].includes(kind) || !saysSorry(name, found, false)) continue;
      open.push(name);
      // A definition with a proof left open says what it is, all the same.
      if (kind !== 'theorem' && saysSorry(name, found, true)) holes.add(name);
    }
    return { holes, targets: open.length ? open : theorems };
  }

  // What a constant of the reference fixes for whoever keeps to it.
  function fixedBy(name, constant, holes) {
    const kind = constants.kind(constant);
    if (kind === 'theorem' || holes.has(name)) return constants.usedIn(constants.type(constant));
    if (kind === 'constructor') return [lean.nameText(field(constants.value(constant), 1))];
    if (kind === 'recursor') return [lean.nameText(field(constants.nameObject(constant), 0))];
    const made = kind === 'inductive'
      ? [...names(field(constants.value(constant), 3)), ...names(field(constants.value(constant), 4))] : [];
    return [...constants.used(constant), ...made];
  }

  function reachable(targets, found, holes) {
    const reached = new Set();
    const pending = [...targets];
    while (pending.length) {
      const name = pending.pop();
      const constant = found.get(name);
      if (constant === undefined || reached.has(name)) continue;
      reached.add(name);
      const made = constants.kind(constant) === 'constructor' ? constants.usedIn(constants.type(constant)) : [];
      pending.push(...fixedBy(name, constant, holes), ...made);
    }
    return reached;
  }

  // The mismatches of `found` against `reference` (both name → ConstantInfo), sorted by name.
  // `environment` is the kernel's, with `found` declared (owned); null where the reference has
  // nothing to keep to.
  function compare(reference, found, environment, token) {
    const { holes, targets } = plan(reference);
    if (!targets.length) { lean.release(environment); return null; }
    const reached = reachable(targets, reference, holes);
    // Proofs and matchers that only the reference has are needed to read its types.
    const own = new Map([...reached].filter((name) => constants.isAuxiliary(name) && !found.has(name))
      .map((name) => [name, reference.get(name)]));
    const replayed = kernel.replay(environment, own, token);
    const mismatches = [];
    for (const name of reached) {
      if (own.has(name)) {
        if (!replayed.taken.has(name)) mismatches.push({ code: 'missing', name, detail: 'is not declared' });
        continue;
      }
      if (isSplitOffProof(name, reference) && isSplitOffProof(name, found)) continue;
      const wrong = departure(name, reference.get(name), found.get(name), holes.has(name), replayed.environment);
      if (wrong) mismatches.push({ name, ...wrong });
    }
    lean.release(replayed.environment);
    return mismatches.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  // Which proof stands in a term makes no difference to what the term is.
  const isSplitOffProof = (name, found) =>
    constants.isAuxiliary(name) && constants.kind(found.get(name)) === 'theorem';

  function departure(name, wanted, given, isHole, environment) {
    if (given === undefined) return { code: 'missing', detail: 'is not declared' };
    const [kind, other] = [constants.kind(wanted), constants.kind(given)];
    if (kind !== other) return { code: 'kind', detail: `is ${other}, not ${kind}` };
    if (constants.isUnsafe(given) !== constants.isUnsafe(wanted)) return { code: 'unsafe', detail: 'is marked unsafe or partial' };
    const levels = [constants.levelParams(wanted), constants.levelParams(given)];
    const [count, otherCount] = levels.map((list) => constants.listItems(list).length);
    if (count !== otherCount) return { code: 'universes', detail: `has ${otherCount} universe parameters, not ${count}` };
    if (constants.isUnsafe(wanted)) return { code: 'unsafe', detail: 'cannot be compared' };
    const same = (left, right) => {
      const renamed = inLevelsOf(wanted, given, right);
      const equal = kernel.isDefEq(environment, left, renamed);
      lean.release(renamed);
      return equal;
    };
    if (kind === 'recursor') return null; // made from the inductive type, which is compared
    if (!same(constants.type(wanted), constants.type(given))) return { code: 'type', detail: 'has another type' };
    if (kind === 'inductive') return sameShape(wanted, given) ? null : { code: 'value', detail: 'has other constructors' };
    const hasValue = ['def', 'opaque'].includes(kind);
    if (hasValue && !isHole && !same(constants.body(wanted), constants.body(given))) {
      return { code: 'value', detail: 'is defined otherwise' };
    }
    return null;
  }

  function sameShape(wanted, given) {
    const shape = (constant) => {
      const value = constants.value(constant);
      return JSON.stringify([lean.words()[(value + 8 + 4) >> 2], names(field(value, 3)), names(field(value, 4))]);
    };
    return shape(wanted) === shape(given);
  }

  // `expression` of `given` with its universe parameters named as those of `wanted` are; owned.
  function inLevelsOf(wanted, given, expression) {
    const levels = constants.listItems(constants.levelParams(wanted))
      .map((name) => lean.call('lean_level_mk_param', lean.retain(name)));
    if (!levels.length) return lean.retain(expression);
    return lean.call('l_Lean_Expr_instantiateLevelParams___boxed', lean.retain(expression),
      lean.retain(constants.levelParams(given)), lean.list(levels));
  }

  return { compare };
}

module.exports = { referenceComparer };
