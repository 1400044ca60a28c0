'use strict';
// An image of Lean's memory, taken between two requests and put back in another process: what takes
// seconds to load, a library and modules from source, is then read in a fraction of one.
//
// All of Lean's state is in its linear memory. What is not is made anew around it: the instance (the
// same module, so the same addresses), the C stack's limits, the task manager with its thread, what
// JavaScript holds. A file: a first block with a JSON record, then the memory's pages that are not
// all zero, in order. Whoever reads it must run the very same package and server.
const fs = require('fs');

const BLOCK = 4096;
const PAGE = 65536;
const READ_AT_MOST = 64 * PAGE; // Node copies what it reads into shared memory
const SETTLE_MS = 200;
const ZEROS = Buffer.alloc(PAGE);

// Writes an image to the open descriptor `to`. `record`: what `putBack` is to return. Nothing of Lean may
// run meanwhile: no task is left by what a header loads, and its thread is given time to go to sleep.
function take(to, record) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
  const memory = Buffer.from(wasmMemory.buffer);
  const bitmap = Buffer.alloc(memory.length / PAGE / 8 + 1);
  let at = BLOCK;
  for (const [start, end] of runs(memory.length / PAGE, (page) => !isZero(memory, page))) {
    for (let page = start; page < end; page++) bitmap[page >> 3] |= 1 << (page & 7);
    at = write(to, memory, start * PAGE, end * PAGE, at);
  }
  const head = Buffer.alloc(BLOCK, 0x20);
  const text = JSON.stringify({ ...record, size: memory.length, pages: bitmap.toString('base64') });
  if (head.write(text) < text.length) throw new Error('the record of an image is too long');
  write(to, head, 0, BLOCK, 0);
}

// Puts the memory back that the open descriptor `from` holds an image of; returns its record.
function putBack(from) {
  const head = Buffer.alloc(BLOCK);
  fs.readSync(from, head, 0, BLOCK, 0);
  const { size, pages, ...record } = JSON.parse(head.toString('utf8'));
  const used = wasmMemory.buffer.byteLength;
  if (size > used) wasmMemory.grow((size - used) / PAGE);
  updateMemoryViews();
  const bitmap = Buffer.from(pages, 'base64');
  const kept = (page) => (bitmap[page >> 3] & (1 << (page & 7))) !== 0;
  let at = BLOCK;
  for (const [start, end] of runs(size / PAGE, kept)) at = read(from, start * PAGE, end * PAGE, at);
  for (const [start, end] of runs(used / PAGE, (page) => !kept(page))) {
    HEAPU8.fill(0, start * PAGE, end * PAGE);
  }
  return record;
}

const isZero = (memory, page) => memory.compare(ZEROS, 0, PAGE, page * PAGE, (page + 1) * PAGE) === 0;

// The runs [start, end) of pages for which `holds`.
function* runs(count, holds) {
  for (let start = 0; start < count; start++) {
    if (!holds(start)) continue;
    let end = start + 1;
    while (end < count && holds(end)) end++;
    yield [start, end];
    start = end;
  }
}

function write(to, bytes, start, end, at) {
  while (start < end) {
    const sent = fs.writeSync(to, bytes, start, end - start, at);
    start += sent;
    at += sent;
  }
  return at;
}

function read(from, start, end, at) {
  while (start < end) {
    const got = fs.readSync(from, HEAPU8, start, Math.min(end - start, READ_AT_MOST), at);
    if (got === 0) throw new Error('the image is cut short');
    start += got;
    at += got;
  }
  return at;
}

module.exports = { take, putBack };
