'use strict';
// What a session does: load one header, then check sources over it, and judge evidence.
const crypto = require('crypto');
const { auditor } = require('./audit.cjs');
const { constantReader } = require('./constants.cjs');
const { elaborator, EXIT } = require('./elaborate.cjs');
const { evidenceReader, evidenceWriter, UnreadableConstants } = require('./evidence.cjs');
const { goalReader } = require('./goals.cjs');
const { kernelReplayer } = require('./kernel.cjs');
const { outputBudget, positionsIn } = require('./output.cjs');
const { referenceComparer } = require('./reference.cjs');

// Lean's own default binds undeclared variables silently.
const BASE_OPTIONS = 'set_option autoImplicit false';
const REFERENCES_KEPT = 8;
const BLANK_OR_COMMENT = /^(\s|--[^\n]*(\n|$))*$/;
const secondsSince = (start) => (performance.now() - start) / 1000;
const isError = ({ severity }) => severity === 'error';
const ignore = () => {};

function checker(lean, watchdog) {
  const constants = constantReader(lean);
  const elaborate = elaborator(lean);
  const collectSorries = goalReader(lean);
  const declarationsOf = auditor(constants);
  const kernel = kernelReplayer(lean, constants);
  const { compare } = referenceComparer(lean, constants, kernel);
  const writeEvidence = evidenceWriter(lean, constants);
  const readEvidence = evidenceReader(lean);
  let base; // the state that every check starts from
  let header; // constants of the header's own modules
  const references = new Map(); // text → {state, found}, the latest last

  // Imports, then modules from source: an environment (owned), or Lean's errors.
  function loadModules({ modules, imports }) {
    const errors = [];
    const collect = ({ messages }) => errors.push(...messages.filter(isError));
    let environment = elaborate.importModules(imports);
    const main = lean.call('l_Lean_Environment_mainModule', environment);
    // Its own name, for private names are private to the module that is elaborated.
    const enter = (name) => { environment = lean.call('l_Lean_Environment_setMainModule', environment, name); };
    for (const module of modules) {
      enter(lean.name(module.name));
      const end = elaborate.run(module.source, elaborate.freshState(environment), { visit: collect });
      environment = lean.retain(elaborate.environmentOf(end));
      lean.release(end);
      if (errors.length) break;
    }
    enter(main);
    return { environment, errors };
  }

  // From here on each check starts from `environment` (owned) with `preamble` run.
  function begin(environment, preamble) {
    const errors = [];
    const collect = ({ messages }) => errors.push(...messages.filter(isError));
    base = elaborate.run(BASE_OPTIONS, elaborate.freshState(environment), { visit: collect });
    if (!errors.length) base = elaborate.run(preamble, base, { visit: collect });
    if (!errors.length) header = constants.localConstants(elaborate.environmentOf(base)).found; // kept for good
    return errors;
  }

  const leanVersion = () => lean.text(lean.constant('l_Lean_versionString'));

  // The constants that `state` (borrowed) has beyond those of the header.
  function constantsOf(state, known = header) {
    const { found, release } = constants.localConstants(elaborate.environmentOf(state));
    for (const name of known.keys()) found.delete(name);
    return { found, release };
  }

  // Runs `work(token)` with a cancel token that fires after `timeoutMs`.
  function withDeadline(timeoutMs, work) {
    const token = lean.call('l_IO_CancelToken_new');
    lean.call('lean_mark_mt', token);
    watchdog.arm(token, timeoutMs);
    try {
      return { ...work(token), cancelled: watchdog.fired() };
    } finally {
      watchdog.disarm();
      lean.release(token);
    }
  }

  // The kernel's word on constants that are the source's own, told to it once more. `labels` gives
  // the names by which examples are shown; `reference` is name → ConstantInfo, or undefined.
  function rule(found, labels, token, reference) {
    const start = kernel.kernelOf(elaborate.environmentOf(base));
    const { environment, refusal, taken } = kernel.replay(start, found, token);
    const declared = refusal !== null ? found : new Map([...found].filter(([name, constant]) =>
      taken.has(name) || constants.isUnsafe(constant)));
    const declarations = declarationsOf(declared, header, labels);
    const comparable = reference !== undefined && refusal === null;
    const mismatches = comparable ? compare(reference, found, environment, token) : null;
    if (!comparable) lean.release(environment);
    return {
      declarations, refusal, mismatches,
      emptyReference: comparable && mismatches === null,
    };
  }

  const unauditedExample = (line) => ({ name: `example@${line}`, kind: 'opaque', axioms: ['unaudited'] });

  // An `example` leaves no constant: the same command again, in the environment before it, with the
  // keyword turned into a named declaration. The constants it adds (retained) go into `made`, its
  // name into `labels`. False where no turn elaborates cleanly.
  function declareExample(raw, { before, start, end }, keyword, line, made, labels) {
    const name = `_example_${crypto.randomBytes(8).toString('hex')}`; // nobody can declare it first
    const known = constantsOf(before);
    let declared = false;
    for (const declare of [`theorem ${name}`, `def ${name}`, `noncomputable def ${name}`]) {
      const renamed = Buffer.concat([
        raw.subarray(start, keyword.start), Buffer.from(declare), raw.subarray(keyword.end, end),
      ]).toString('utf8');
      let clean = true;
      const state = elaborate.run(renamed, lean.retain(before), {
        visit: ({ messages }) => { clean &&= !messages.some(isError); },
      });
      if (clean) {
        const { found, release } = constantsOf(state);
        for (const known_ of known.found.keys()) found.delete(known_);
        declared = [...found.keys()].some((key) => key === name || key.endsWith('.' + name));
        if (declared) for (const [key, constant] of found) made.set(key, lean.retain(constant));
        release();
      }
      lean.release(state);
      if (declared) break;
    }
    known.release();
    if (declared) labels.set(name, `example@${line}`);
    return declared;
  }

  // Elaborates `body` over the base. Returns the state at its end (owned) and what came to light;
  // `examples` are the constants of its examples (owned), `labels` their names as they are shown.
  function elaborateSource({ body, heartbeats, goals, axioms, outputLimit }, token) {
    const raw = Buffer.from(body, 'utf8');
    const budget = outputBudget(outputLimit);
    const positions = positionsIn(raw);
    const seen = { messages: [], sorries: [], unaudited: [], examples: new Map(), labels: new Map(), exited: false };
    const hidden = new Set(); // lines of commands with examples that are not written in the source
    const visit = (command) => {
      for (const message of command.messages) budget.keep(seen.messages, message);
      if (command.threw) budget.keep(seen.messages, internalError(positions(command.start)));
      if (command.kind === EXIT) seen.exited = !BLANK_OR_COMMENT.test(raw.subarray(command.end).toString('utf8'));
      const written = new Set(command.examples.map(({ syntax }) => syntax));
      const { line } = positions(command.start);
      collectSorries(elaborate.infoTreesOf(command.after), positions, goals, seen.sorries, (syntax) => {
        // What a macro made, or a wrapper ran, cannot be elaborated again from the text.
        const made = elaborate.exampleKeywords(syntax).some((each) => !written.has(each.syntax));
        if (made) hidden.add(line);
      });
      if (!axioms || command.messages.some(isError)) return;
      for (const keyword of command.examples) {
        const at = positions(keyword.start).line;
        if (!declareExample(raw, command, keyword, at, seen.examples, seen.labels)) hidden.add(at);
      }
    };
    let state = elaborate.run(`set_option maxHeartbeats ${heartbeats}`, lean.retain(base), { visit: ignore });
    state = elaborate.run(body, state, { token, stopped: watchdog.fired, visit });
    seen.unaudited = [...hidden].map(unauditedExample);
    for (const sorry of seen.sorries) sorry.goal = budget.take(sorry.goal);
    const failed = budget.failed();
    return { state, seen, failed, truncated: budget.close(seen.messages) };
  }

  const internalError = (start) =>
    ({ severity: 'error', text: 'the command ended in an internal exception', start, end: null, kind: null });

  // The constants of a reference (borrowed), or its errors. Kept: many sources share a reference.
  function referenceOf(body, heartbeats, token) {
    let known = references.get(body);
    if (known === undefined) {
      const errors = [];
      const collect = ({ messages }) => errors.push(...messages.filter(isError));
      let state = elaborate.run(`set_option maxHeartbeats ${heartbeats}`, lean.retain(base), { visit: ignore });
      state = elaborate.run(body, state, { token, stopped: watchdog.fired, visit: collect });
      if (errors.length || watchdog.fired()) {
        lean.release(state);
        return { errors };
      }
      known = { state, ...constantsOf(state) };
    }
    references.delete(body);
    references.set(body, known);
    for (const [oldest, { state, release }] of references) {
      if (references.size <= REFERENCES_KEPT) break;
      references.delete(oldest);
      release();
      lean.release(state);
    }
    return known;
  }

  // wanted: 'ruling' | 'evidence' | null, of a source that Lean finds no error in.
  function check(request) {
    const started = performance.now();
    const answer = withDeadline(request.timeoutMs, (token) => {
      let reference;
      if (request.reference !== null) {
        reference = referenceOf(request.reference, request.heartbeats, token);
        if (reference.errors) return { referenceErrors: reference.errors };
      }
      const { state, seen, failed, truncated } = elaborateSource(request, token);
      const { found, release } = constantsOf(state);
      for (const [name, constant] of seen.examples) found.set(name, constant);
      const { messages, sorries, unaudited, labels, exited } = seen;
      const result = { messages, sorries, truncated, exited, declarations: [], ruling: null, evidence: null };
      const judged = request.axioms && !failed && !watchdog.fired();
      if (judged && request.wanted === 'ruling') {
        result.ruling = rule(found, labels, token, reference?.found);
      } else if (judged && request.wanted === 'evidence') result.evidence = evidenceOf(found, labels);
      if (request.axioms) {
        const declarations = result.ruling?.declarations ?? declarationsOf(found, header, labels);
        result.declarations = [...declarations, ...unaudited];
      }
      release();
      for (const constant of seen.examples.values()) lean.release(constant);
      lean.release(state);
      return result;
    });
    return { ...answer, aborted: false, seconds: secondsSince(started) };
  }

  // Null where the constants cannot be read: what the source did to them is its own affair.
  function evidenceOf(found, labels) {
    try {
      return writeEvidence(found, labels);
    } catch (error) {
      if (!(error instanceof UnreadableConstants)) throw error;
      return null;
    }
  }

  function judge({ evidence, reference, timeoutMs }) {
    const started = performance.now();
    const answer = withDeadline(timeoutMs, (token) => {
      const opened = [];
      const open = (text) => {
        const read = readEvidence(text);
        opened.push(read);
        return read;
      };
      try {
        const { found, labels } = open(evidence);
        const wanted = reference === null ? undefined : open(reference).found;
        return { ruling: rule(found, labels, token, wanted) };
      } catch (error) {
        if (!(error instanceof UnreadableConstants)) throw error;
        const refusal = `its constants: ${error.message}`;
        return { ruling: { declarations: [], refusal, mismatches: null, emptyReference: false } };
      } finally {
        for (const { release } of opened) release();
      }
    });
    return { ...answer, aborted: false, seconds: secondsSince(started) };
  }

  return { loadModules, begin, leanVersion, check, judge };
}

module.exports = { checker, secondsSince };
