'use strict';
// A second thread that ends what the first cannot: sets Lean's cancel token at a check's deadline,
// and ends the process when the parent that it serves is gone (an endless check would keep a core
// busy for ever). A check that ignores the token is killed from outside, by the parent.
const { Worker, isMainThread, workerData } = require('worker_threads');

const DEADLINE = 0; // milliseconds, in the clock of `now`
const TOKEN = 1; // address of the cancel token's cell, 0 when no check is under way
const FIRED = 2;
const CONTROL_WORDS = 4;
const ARMED_POLL_MS = 20;
const IDLE_POLL_MS = 500;
const TRUE_BOX = 3;
const CELL_VALUE_OFFSET = 8;

const now = () => Date.now() & 0x3fffffff;

function startWatchdog(lean) {
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  const worker = new Worker(__filename, { workerData: { memory: wasmMemory, control } });
  worker.unref();
  return {
    // `token`: an IO.CancelToken marked for several threads; `milliseconds` from now.
    arm(token, milliseconds) {
      const isCell = lean.tag(token) === 253; // LeanRef
      Atomics.store(control, FIRED, 0);
      Atomics.store(control, DEADLINE, (now() + milliseconds) & 0x3fffffff);
      Atomics.store(control, TOKEN, isCell ? token : lean.field(token, 0));
      Atomics.notify(control, TOKEN);
    },
    disarm: () => Atomics.store(control, TOKEN, 0),
    fired: () => Atomics.load(control, FIRED) === 1,
  };
}

function watch({ memory, control }) {
  const parent = process.ppid;
  for (;;) {
    const token = Atomics.load(control, TOKEN);
    if (token === 0) Atomics.wait(control, TOKEN, 0, IDLE_POLL_MS);
    else Atomics.wait(control, TOKEN, token, ARMED_POLL_MS);
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    const armed = token !== 0 && Atomics.load(control, TOKEN) === token;
    if (armed && ((Atomics.load(control, DEADLINE) - now()) << 2) <= 0) {
      Atomics.store(new Int32Array(memory.buffer), (token + CELL_VALUE_OFFSET) >> 2, TRUE_BOX);
      Atomics.store(control, FIRED, 1);
      Atomics.compareExchange(control, TOKEN, token, 0);
    }
  }
}

if (isMainThread) module.exports = { startWatchdog };
else watch(workerData);
