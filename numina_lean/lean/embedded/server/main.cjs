'use strict';
// The server: one header, then checks. Usage: node main.cjs ROOT ANSWERS [IMAGE], with ROOT the prepared
// package, ANSWERS the number of an open descriptor, and IMAGE that of a file for an image.
//
// Requests come as JSON lines on descriptor 0, answers leave as JSON lines on descriptor ANSWERS,
// which nothing that Lean runs can write to.
//   first  {modules: [{name, source}], imports: [name], preamble, image}
//       →  {ready: true, leanVersion, notTaken, seconds} | {headerErrors: [message]}
//          image: 'take' (of imports and modules, into IMAGE), 'use' (IMAGE has them), or null
//          notTaken: why there is no image although one was to be taken, or null
//   then   {check: {body, reference, timeoutMs, heartbeats, goals, axioms, outputLimit, wanted}}
//       →  {messages, sorries, declarations, truncated, exited, ruling, evidence,
//           cancelled, aborted, seconds} | {referenceErrors: [message], cancelled, aborted, seconds}
//          wanted: 'ruling', 'evidence' or null
//   or     {judge: {evidence, reference, timeoutMs}} → {ruling, cancelled, aborted, seconds}
//          aborted: Lean was left in mid-flight by an exception; the process then ends
//   any other failure → {fatal: text}, and the process ends.
const fs = require('fs');
const readline = require('readline');
const { loadGlue, initialise, resume, panic } = require('./boot.cjs');
const { checker, secondsSince } = require('./checker.cjs');
const { take, putBack } = require('./image.cjs');
const { objects } = require('./objects.cjs');
const { startWatchdog } = require('./watchdog.cjs');

const [ROOT, ANSWERS, IMAGE] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

function answer(value) {
  const line = Buffer.from(JSON.stringify(value) + '\n');
  for (let sent = 0; sent < line.length;) sent += fs.writeSync(ANSWERS, line, sent);
}

function makeServer() {
  const lean = objects();
  let watchdog;
  let session;

  function start() {
    watchdog = startWatchdog(lean);
    session = checker(lean, watchdog);
  }

  function loadHeader({ image, preamble, ...library }) {
    const started = performance.now();
    const { environment, errors, notTaken } = image === 'use' ? takeOver() : load(library, image === 'take');
    if (!errors.length) errors.push(...session.begin(environment, preamble));
    if (errors.length) return { headerErrors: errors };
    const leanVersion = session.leanVersion();
    return { ready: true, leanVersion, notTaken: notTaken ?? null, seconds: secondsSince(started) };
  }

  function load(library, keep) {
    const booted = initialise(lean);
    start();
    const { environment, errors } = session.loadModules(library);
    const notTaken = keep && !errors.length ? keepImage({ booted, environment }) : null;
    return { environment, errors, notTaken };
  }

  // Why there is no image, or null. A session does without one.
  function keepImage(record) {
    try {
      take(IMAGE, record);
      return null;
    } catch (error) {
      return String(error.message);
    } finally {
      fs.closeSync(IMAGE); // before any source is run
    }
  }

  function takeOver() {
    const { booted, environment } = putBack(IMAGE);
    fs.closeSync(IMAGE);
    resume(lean, booted);
    start();
    return { environment, errors: [] };
  }

  function serve(request) {
    const started = performance.now();
    try {
      return request.judge ? session.judge(request.judge) : session.check(request.check);
    } catch (error) {
      if (!isUnwinding(error)) throw error;
      return { cancelled: watchdog.fired(), aborted: true, seconds: secondsSince(started) };
    }
  }

  return { loadHeader, serve };
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
      handle = server.serve;
      answer(reply);
      if (reply.aborted || reply.headerErrors) process.exit(0);
    } catch (error) {
      fail(error);
    }
  });
  requests.on('close', () => process.exit(0));
}

main().catch(fail);
