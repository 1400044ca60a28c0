'use strict';
// Loads the prepared Lean WebAssembly module into this thread, without running its main().
//
// Covers: the emscripten glue, the file system that Lean sees, stdin/stdout of Lean, the C stack.
// Does not cover: anything of Lean's own API (see objects.cjs and elaborate.cjs).
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const MEBIBYTE = 1048576;
// Lean recurses deeply; the wasm default of 64 KiB overflows silently into other data.
const C_STACK_BYTES = 64 * MEBIBYTE;
const INITIAL_MEMORY_BYTES = 16 * MEBIBYTE;
// The glue asks for these alone; a shell (`child_process`) it asks for only when Lean code wants one.
const ALLOWED_MODULES = new Set(['fs', 'path', 'os', 'crypto', 'worker_threads', 'perf_hooks', 'url', 'util']);
// What emscripten reserves above the stack for the thread's own record.
const STACK_TOP_RESERVE = 4208;
const FOLDER_CHANGES = ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'];
const ACCESS_MODE = 3;
const TASK_THREADS = 1;
const UNKNOWN = 'unused';
const READ_ONLY_FILE_SYSTEM = 69; // EROFS in emscripten's numbering

// Lean's last words, when it gives up.
const panic = { text: '' };

// Resolves to nothing; afterwards the glue's globals (wasmExports, HEAPU8, …) are in place.
function loadGlue(root) {
  const glue = path.join(root, 'lean.js');
  return new Promise((resolve, reject) => {
    globalThis.LEAN_POOL = 1;
    globalThis.require = guardedRequire;
    globalThis.__filename = glue;
    globalThis.__dirname = root;
    globalThis.Module = {
      arguments: [],
      thisProgram: '/lean',
      noInitialRun: true,
      INITIAL_MEMORY: INITIAL_MEMORY_BYTES,
      // Lean's own streams lead nowhere: answers travel on a descriptor of their own.
      stdin: () => null,
      stdout: () => {},
      print: () => {},
      printErr: (line) => { if (line.startsWith('INTERNAL PANIC')) panic.text = line.slice(0, 200); },
      preRun: [() => mountLibrary(path.join(root, 'lib', 'lean'))],
      onRuntimeInitialized: () => setImmediate(resolve),
      onAbort: (what) => reject(new Error('Lean aborted: ' + String(what).slice(0, 300))),
    };
    vm.runInThisContext(fs.readFileSync(glue, 'utf8'), { filename: glue });
  });
}

function guardedRequire(name) {
  if (!ALLOWED_MODULES.has(name.replace(/^node:/, ''))) throw new Error('not allowed: ' + name);
  return require(name);
}

// The library is the only host folder that Lean sees.
function mountLibrary(library) {
  ENV.LEAN_PATH = '/lib/lean';
  ENV.LEAN_NUM_THREADS = '2';
  const files = globalThis.FS;
  files.mkdirTree('/lib/lean');
  files.mkdirTree('/work');
  files.mount(NODEFS, { root: library }, '/lib/lean');
  files.chdir('/work');
}

// From here on nothing can be written: neither the library nor the folders in memory, by which one
// check could leave something for the next.
function sealFiles() {
  const files = globalThis.FS;
  const refuse = () => { throw new files.ErrnoError(READ_ONLY_FILE_SYSTEM); };
  const inMemory = MEMFS.ops_table;
  for (const folder of [NODEFS.node_ops, inMemory.dir.node]) {
    for (const name of FOLDER_CHANGES) folder[name] = refuse;
  }
  for (const file of [NODEFS.stream_ops, inMemory.file.stream]) file.write = refuse;
  NODEFS.stream_ops.setattr = refuse;
  const open = NODEFS.stream_ops.open;
  NODEFS.stream_ops.open = (stream) => {
    if (files.isFile(stream.node.mode) && (stream.flags & ACCESS_MODE) !== 0) refuse();
    open(stream);
  };
}

// Moves the C stack to a large block, initialises Lean's runtime and libraries. Returns what `resume`
// needs to do the rest over a copy of this memory.
function initialise(lean) {
  const exports = wasmExports;
  const low = (_malloc(C_STACK_BYTES + 64) + 63) & ~15;
  const high = low + C_STACK_BYTES - STACK_TOP_RESERVE;
  useStack(high, low);
  exports.lean_initialize();
  repairStackSize(lean, high - low);
  const searchPath = lean.list([lean.string('/lib/lean')]);
  lean.call('lean_mark_persistent', searchPath);
  lean.call('lean_st_ref_set', lean.constant('l_Lean_searchPathRef'), searchPath);
  exports.lean_enable_initializer_execution();
  exports.lean_io_mark_end_initialization();
  const tasks = startTasks(lean);
  disarmOptions(lean, 'as Lean names them');
  sealFiles();
  return { high, low, tasks };
}

// What `initialise` does outside Lean's memory, for a memory that was taken over; and what must be
// this process's own in it.
function resume(lean, { high, low, tasks }) {
  useStack(high, low);
  lean.words()[tasks] = 0; // its thread is the other process's
  wasmExports.lean_init_task_manager_using(TASK_THREADS);
  disarmOptions(lean, 'once more');
  sealFiles();
}

function useStack(high, low) {
  wasmExports.emscripten_stack_set_limits(high, low);
  wasmExports._emscripten_stack_restore(high);
}

// Starts Lean's task manager. Returns the index of the word that holds it, found by its change.
function startTasks(lean) {
  const end = ___heap_base >> 2;
  const before = lean.words().slice(0, end);
  wasmExports.lean_init_task_manager_using(TASK_THREADS);
  const after = lean.words();
  const changed = [];
  for (let index = 0; index < end; index++) {
    if (before[index] === 0 && after[index] > ___heap_base) changed.push(index);
  }
  if (changed.length !== 1) throw new Error("Lean's task manager was not found");
  return changed[0];
}

// Options that must have no effect: one has declarations added unchecked, the other has proofs checked
// after their command is over, where nobody reads what Lean says of them. Lean is made to look each up
// under a name that nobody knows. To search sources for it is no help, as a macro can spell it.
function disarmOptions(lean, when) {
  disarm(lean, 'l_Lean_debug_skipKernelTC', 'debug.skipKernelTC', when);
  disarm(lean, 'l_Lean_Elab_async', 'Elab.async', when);
}

function disarm(lean, symbol, name, when) {
  const option = lean.constant(symbol); // {name, defValue, …}
  const found = lean.nameText(lean.field(option, 0));
  const expected = when === 'once more' ? found.startsWith(UNKNOWN) : found === name;
  if (!expected) throw new Error(`the option ${name} was not found`);
  const unknown = lean.name(UNKNOWN + crypto.randomBytes(16).toString('hex'));
  lean.call('lean_mark_persistent', unknown);
  lean.words()[(option + 8) >> 2] = unknown;
}

// Lean takes the stack size with the wrong sign on emscripten, which switches off its check for
// deep recursion. Finds the variable that holds the wrong value and proves that it is the one by
// the change it makes to the size left.
function repairStackSize(lean, size) {
  const available = '_ZN4lean24get_available_stack_sizeEv';
  const wrong = -size | 0;
  const heap = lean.i32();
  const before = lean.call(available);
  for (let index = 0; index < ___heap_base >> 2; index++) {
    if (heap[index] !== wrong) continue;
    heap[index] = size;
    if (lean.call(available) !== before) return;
    heap[index] = wrong;
  }
  throw new Error('the stack size variable of Lean was not found');
}

module.exports = { loadGlue, initialise, resume, panic };
