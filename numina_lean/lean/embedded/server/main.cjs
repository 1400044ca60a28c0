'use strict';
// The server: one header, then checks. Usage: node main.cjs ROOT ANSWERS, with ROOT the prepared
// package and ANSWERS the number of an open descriptor.
//
// Requests come as JSON lines on descriptor 0, answers leave as JSON lines on descriptor ANSWERS,
// which nothing that Lean runs can write to.
//   first  {modules: [{name, source}], imports: [name], preamble}
//       →  {ready: true, leanVersion, seconds} | {headerErrors: [message]}
//   then   {body, timeoutMs, heartbeats, goals, axioms, outputLimit}
//       →  {messages, sorries, declarations, truncated, cancelled, aborted, seconds}
//          aborted: Lean was left in mid-flight by an exception; the process then ends
//   any other failure → {fatal: text}, and the process ends.
const crypto = require('crypto');
const fs = require('fs');
const readline = require('readline');
const { loadGlue, initialise, panic } = require('./boot.cjs');
const { objects } = require('./objects.cjs');
const { elaborator } = require('./elaborate.cjs');
const { goalReader } = require('./goals.cjs');
const { auditor } = require('./audit.cjs');
const { startWatchdog } = require('./watchdog.cjs');

const [ROOT, ANSWERS] = [process.argv[2], Number(process.argv[3])];
// Lean's own default binds undeclared variables silently.
const BASE_OPTIONS = 'set_option autoImplicit false';
// What a message costs of the output limit beside its text.
const MESSAGE_OVERHEAD = 100;
const LAST_ERROR_LENGTH = 500;
const secondsSince = (start) => (performance.now() - start) / 1000;

function answer(value) {
  const line = Buffer.from(JSON.stringify(value) + '\n');
  for (let sent = 0; sent < line.length;) sent += fs.writeSync(ANSWERS, line, sent);
}

// Byte offset → {line, column}: lines from 1, columns from 0 in code points.
function positionsIn(source) {
  const raw = Buffer.from(source, 'utf8');
  const starts = [0];
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) starts.push(at + 1);
  return (offset) => {
    if (offset === null) return null;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle; else high = middle - 1;
    }
    return { line: low + 1, column: [...raw.subarray(starts[low], offset).toString('utf8')].length };
  };
}

// Keeps at most `limit` characters of messages and goals. Once it is used up, all that is kept of
// further messages is whether one was an error.
function outputBudget(limit) {
  let left = limit;
  let truncated = false;
  let lostError = null;
  const take = (text) => {
    if (text.length > left) truncated = true;
    const kept = text.slice(0, left);
    left = Math.max(0, left - kept.length - MESSAGE_OVERHEAD);
    return kept;
  };
  const keep = (messages, message) => {
    if (left > 0) messages.push({ ...message, text: take(message.text) });
    else {
      truncated = true;
      if (message.severity === 'error') lostError ??= message;
    }
  };
  const close = (messages) => {
    if (lostError) messages.push({ ...lostError, text: lostError.text.slice(0, LAST_ERROR_LENGTH) });
    return truncated;
  };
  return { take, keep, close };
}

function makeServer() {
  const lean = objects();
  initialise(lean);
  const elaborate = elaborator(lean);
  const collectSorries = goalReader(lean);
  const audit = auditor(lean);
  const watchdog = startWatchdog(lean);
  let base; // the state that every check starts from
  let baseNames; // constants of the header's own modules

  function loadHeader({ modules, imports, preamble }) {
    const started = performance.now();
    const errors = [];
    const collect = ({ messages }) => {
      errors.push(...messages.filter((message) => message.severity === 'error'));
    };
    let environment = elaborate.importModules(imports);
    for (const module of modules) {
      const end = elaborate.run(module.source, elaborate.freshState(environment), { visit: collect });
      environment = lean.retain(elaborate.environmentOf(end));
      lean.release(end);
      if (errors.length) break;
    }
    base = elaborate.run(BASE_OPTIONS, elaborate.freshState(environment), { visit: collect });
    if (!errors.length) base = elaborate.run(preamble, base, { visit: collect });
    if (errors.length) return { headerErrors: errors };
    baseNames = audit.names(elaborate.environmentOf(base));
    const leanVersion = lean.text(lean.constant('l_Lean_versionString'));
    return { ready: true, leanVersion, seconds: secondsSince(started) };
  }

  const unauditedExample = (line) => ({ name: `example@${line}`, kind: 'opaque', axioms: ['unaudited'] });

  // The declarations of an `example`: the same command again, in the environment before it, with
  // the keyword turned into a named declaration. Unaudited where no turn elaborates cleanly.
  function auditExample(source, before, keyword, start, end, line) {
    const raw = Buffer.from(source, 'utf8');
    const name = `_example_${crypto.randomBytes(8).toString('hex')}`; // nobody can declare it first
    for (const declare of [`theorem ${name}`, `def ${name}`, `noncomputable def ${name}`]) {
      const renamed = Buffer.concat([
        raw.subarray(start, keyword.start), Buffer.from(declare), raw.subarray(keyword.end, end),
      ]).toString('utf8');
      let clean = true;
      const state = elaborate.run(renamed, lean.retain(before), {
        visit: ({ messages }) => { clean &&= !messages.some(({ severity }) => severity === 'error'); },
      });
      const found = clean ? audit.one(elaborate.environmentOf(state), name) : undefined;
      lean.release(state);
      if (found) return { ...found, name: `example@${line}` };
    }
    return unauditedExample(line);
  }

  function check({ body, timeoutMs, heartbeats, goals, axioms, outputLimit }) {
    const started = performance.now();
    const budget = outputBudget(outputLimit);
    const positions = positionsIn(body);
    const result = { messages: [], sorries: [], declarations: [], cancelled: false, aborted: false };
    const examples = [];
    const hidden = new Set(); // lines of commands with examples that are not written in the source
    const ignore = () => {};
    const token = lean.call('l_IO_CancelToken_new');
    lean.call('lean_mark_mt', token);
    watchdog.arm(token, timeoutMs);
    let state = elaborate.run(`set_option maxHeartbeats ${heartbeats}`, lean.retain(base), { visit: ignore });
    state = elaborate.run(body, state, {
      token,
      stopped: watchdog.fired,
      visit: (command) => {
        for (const message of command.messages) budget.keep(result.messages, message);
        if (command.threw) budget.keep(result.messages, internalError(positions(command.start)));
        const written = new Set(command.examples.map(({ syntax }) => syntax));
        const { line } = positions(command.start);
        collectSorries(elaborate.infoTreesOf(command.after), positions, goals, result.sorries, (syntax) => {
          // What a macro made, or a wrapper ran, cannot be elaborated again from the text.
          const made = elaborate.exampleKeywords(syntax).some((each) => !written.has(each.syntax));
          if (made) hidden.add(line);
        });
        if (axioms && !command.messages.some(({ severity }) => severity === 'error')) {
          for (const keyword of command.examples) {
            const { line } = positions(keyword.start);
            examples.push(auditExample(body, command.before, keyword, command.start, command.end, line));
          }
        }
      },
    });
    watchdog.disarm();
    result.cancelled = watchdog.fired();
    for (const sorry of result.sorries) sorry.goal = budget.take(sorry.goal);
    if (axioms) {
      result.declarations = [
        ...audit.added(elaborate.environmentOf(state), baseNames), ...examples,
        ...[...hidden].map(unauditedExample),
      ];
    }
    lean.release(state);
    lean.release(token);
    return { ...result, truncated: budget.close(result.messages), seconds: secondsSince(started) };
  }

  function internalError(start) {
    return { severity: 'error', text: 'the command ended in an internal exception', start, end: null, kind: null };
  }

  function guardedCheck(request) {
    const started = performance.now();
    try {
      return check(request);
    } catch (error) {
      if (!isUnwinding(error)) throw error;
      return { messages: [], sorries: [], declarations: [], cancelled: watchdog.fired(), aborted: true,
        truncated: false, seconds: secondsSince(started) };
    }
  }

  return { loadHeader, guardedCheck };
}

// The source made some stack run out: JavaScript's own, or Lean's, whose C++ exception reached us.
function isUnwinding(error) {
  return error instanceof RangeError || (typeof error === 'object' && 'excPtr' in error);
}

function fail(error) {
  const exited = error && error.name === 'ExitStatus';
  const ended = panic.text || 'the source ended the process';
  const thrown = typeof error === 'number' ? 'an exception that Lean does not catch' : error;
  const text = exited ? ended : String((thrown && thrown.stack) || thrown);
  answer({ fatal: text.slice(0, 400) });
  process.exit(1);
}

async function main() {
  process.on('uncaughtException', fail);
  await loadGlue(ROOT);
  const server = makeServer();
  let handle = server.loadHeader;
  const requests = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
  requests.on('line', (line) => {
    try {
      const reply = handle(JSON.parse(line));
      handle = server.guardedCheck;
      answer(reply);
      if (reply.aborted || reply.headerErrors) process.exit(0);
    } catch (error) {
      fail(error);
    }
  });
  requests.on('close', () => process.exit(0));
}

main().catch(fail);
