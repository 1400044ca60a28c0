'use strict';
// The axioms that each of a source's constants rests on.
//
// Runs outside Lean: nothing that the audited source defines takes part. Covers constants of the
// source and of the header's own modules, walked transitively. Does not look into imported
// theorems: the library holds their statements only (they read like axioms), so it is trusted as
// a whole, and of imported constants only those named below are reported.

const IMPORTED_AXIOMS = new Set([
  'propext', 'Classical.choice', 'Quot.sound', 'Quot.lcInv', 'sorryAx', 'lcProof', 'lcAny', 'lcUnreachable',
  'Lean.ofReduceBool', 'Lean.ofReduceNat', 'Lean.trustCompiler',
]);
// Opaque to the kernel's eye, but it computes them by compiled code; their own axiom is not exported.
const COMPUTED = new Set(['Lean.reduceBool', 'Lean.reduceNat']);
const COMPILER_AXIOM = 'Lean.trustCompiler';
const STANDARD_AXIOMS = new Set(['propext', 'Classical.choice', 'Quot.sound']);

function auditor(constants) {
  // The declarations of `found` (name → ConstantInfo), sorted by name. `header`: the constants of
  // the header's own modules. `labels`: a Map from the last part of an example's name to how it
  // is shown. Auxiliary
  // constants are listed only where they rest on an axiom that is not standard. What is unsafe
  // proves nothing, and is marked so among the axioms.
  return function declarationsOf(found, header, labels) {
    const usedBy = new Map();
    const axiomsOf = (name) => {
      const axioms = new Set();
      const pending = [name];
      const seen = new Set(pending);
      while (pending.length) {
        const next = pending.pop();
        if (IMPORTED_AXIOMS.has(next)) axioms.add(next);
        if (COMPUTED.has(next)) axioms.add(COMPILER_AXIOM);
        const constant = found.get(next) ?? header.get(next);
        if (constant === undefined) continue;
        if (constants.kind(constant) === 'axiom') axioms.add(next);
        let names = usedBy.get(next);
        if (!names) usedBy.set(next, (names = constants.used(constant)));
        for (const other of names) if (!seen.has(other)) { seen.add(other); pending.push(other); }
      }
      return [...axioms].sort();
    };
    const declarations = [];
    const inExamples = new Set(); // axioms that an example is listed with
    const partsOf = (name) => name.split('.');
    for (const [name, constant] of found) {
      const axioms = axiomsOf(name);
      const label = labels.get(partsOf(name).pop());
      if (label !== undefined) for (const axiom of axioms) inExamples.add(axiom);
      declarations.push({
        name: label ?? name, constant: name, kind: constants.kind(constant), axioms,
        marks: constants.isUnsafe(constant) ? ['unsafe'] : [],
      });
    }
    // What Lean made on the side counts in what it was made for, unless that is not to be seen.
    const isListed = ({ name, constant, axioms }) => {
      if (name !== constant || !constants.isAuxiliary(constant)) return true;
      const ofExample = partsOf(constant).some((part) => labels.has(part));
      return !axioms.every((axiom) => STANDARD_AXIOMS.has(axiom) || (ofExample && inExamples.has(axiom)));
    };
    return declarations.filter(isListed)
      .map(({ name, kind, axioms, marks }) => ({ name, kind, axioms: [...axioms, ...marks] }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };
}

module.exports = { auditor };
