'use strict';
// The server: one header, then checks. Usage: node main.cjs ROOT ANSWERS, with ROOT the prepared
// package and ANSWERS the number of an open descriptor.
//
// Requests come as JSON lines on descriptor 0, answers leave as JSON lines on descriptor ANSWERS,
// which nothing that Lean runs can write to.
//   first  {modules: [{name, source}], imports: [name], preamble}
//       →  {ready: true, leanVersion, seconds} | {headerErrors: [message]}
//   then   {check: {body, reference, timeoutMs, heartbeats, goals, axioms, outputLimit, wanted}}
//       →  {messages, sorries, declarations, truncated, exited, ruling, evidence,
//           cancelled, aborted, seconds} | {referenceErrors: [message], cancelled, aborted, seconds}
//          wanted: 'ruling', 'evidence' or null
//   or     {judge: {evidence, reference, timeoutMs}} → {ruling, cancelled, aborted, seconds}
//          aborted: Lean was left in mid-flight by an exception; the process then ends
//   any other failure → {fatal: text}, and the process ends.
const fs = require('fs');
const readline = require('readline');
const { loadGlue, initialise, panic } = require('./boot.cjs');
const { checker, secondsSince } = require('./checker.cjs');
const { objects } = require('./objects.cjs');
const { startWatchdog } = require('./watchdog.cjs');

const [ROOT, ANSWERS] = [process.argv[2], Number(process.argv[3])];

function answer(value) {
  const line = Buffer.from(JSON.stringify(value) + '\n');
  for (let sent = 0; sent < line.length;) sent += fs.writeSync(ANSWERS, line, sent);
}

function makeServer() {
  const lean = objects();
  initialise(lean);
  const watchdog = startWatchdog(lean);
  const { loadHeader, check, judge } = checker(lean, watchdog);

  function serve(request) {
    const started = performance.now();
    try {
      return request.judge ? judge(request.judge) : check(request.check);
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
