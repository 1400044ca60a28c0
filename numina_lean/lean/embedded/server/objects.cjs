'use strict';
// Lean's objects seen from JavaScript: a thin layer over the C ABI of the Lean runtime (lean.h),
// for 32-bit words. An object is its address; a scalar is (value << 1) | 1.
//
// Ownership follows lean.h: unless said otherwise, functions called through `call` take their
// arguments (the reference count goes with them), and `field` borrows.

const HEADER_BYTES = 8;
const WORD = 4;
const PLAIN_COMPONENT = /^[\p{L}_][\p{L}\p{N}_'!?₀-₉ₐ-ₜ]*$/u;

function objects() {
  const bytes = () => {
    if (HEAPU8.buffer !== wasmMemory.buffer) updateMemoryViews();
    return HEAPU8;
  };
  const words = () => (bytes(), HEAPU32);
  const i32 = () => (bytes(), HEAP32);

  const functions = new Map();
  const address = (symbol) => {
    const found = staticSym(symbol);
    if (!found) throw new Error('no symbol ' + symbol);
    return found;
  };
  const call = (symbol, ...args) => {
    let entry = functions.get(symbol);
    if (!entry) {
      entry = wasmExports[symbol] || wasmTable.get(address(symbol));
      functions.set(symbol, entry);
    }
    return entry(...args);
  };
  // The value of a global constant of a Lean module (persistent: needs no counting).
  const constant = (symbol) => words()[address(symbol) >> 2];

  const box = (value) => (value << 1) | 1;
  const isScalar = (object) => (object & 1) === 1;
  const tag = (object) => (isScalar(object) ? object >>> 1 : bytes()[object + 7]);
  const fieldCount = (object) => bytes()[object + 6];
  const field = (object, index) => words()[(object + HEADER_BYTES + WORD * index) >> 2];

  const retain = (object, count = 1) => {
    if (isScalar(object)) return object;
    const heap = i32();
    const references = heap[object >> 2];
    if (references > 0) heap[object >> 2] = references + count;
    else if (references < 0) Atomics.sub(heap, object >> 2, count);
    return object;
  };
  const release = (object) => {
    if (isScalar(object)) return;
    const heap = i32();
    const references = heap[object >> 2];
    if (references > 1) heap[object >> 2] = references - 1;
    else if (references !== 0) wasmExports.lean_dec_ref_cold(object);
  };

  const string = (text) => {
    const encoded = Buffer.from(text, 'utf8');
    const at = _malloc(encoded.length + 1);
    if (!at) throw new Error('out of memory');
    const heap = bytes();
    heap.set(encoded, at);
    heap[at + encoded.length] = 0;
    const object = wasmExports.lean_mk_string_from_bytes(at, encoded.length);
    _free(at);
    return object;
  };
  // Bytes of a Lean string without its closing NUL; at most `limit` of them.
  const textBytes = (object, limit = Infinity) => {
    const size = words()[(object + HEADER_BYTES) >> 2] - 1;
    const start = object + HEADER_BYTES + 3 * WORD;
    return Buffer.from(bytes().subarray(start, start + Math.min(size, limit)));
  };
  const byteSize = (object) => words()[(object + HEADER_BYTES) >> 2] - 1;
  const text = (object) => textBytes(object).toString('utf8');

  // The natural number with the given decimal digits.
  const naturalOf = (digits) => {
    const at = _malloc(digits.length + 1);
    if (!at) throw new Error('out of memory');
    bytes().set(Buffer.from(digits + '\0', 'latin1'), at);
    const value = call('lean_cstr_to_nat', at);
    _free(at);
    return value;
  };

  const constructor = (kind, fields, scalars = []) => {
    const size = (HEADER_BYTES + WORD * fields.length + scalars.length + 7) & ~7;
    const object = wasmExports.mi_malloc_small(size);
    const heap = words();
    heap[object >> 2] = 1;
    heap[(object + 4) >> 2] = size | (fields.length << 16) | (kind << 24);
    fields.forEach((value, index) => { heap[(object + HEADER_BYTES + WORD * index) >> 2] = value; });
    const end = object + HEADER_BYTES + WORD * fields.length;
    const raw = bytes();
    raw.fill(0, end, object + size);
    scalars.forEach((value, index) => { raw[end + index] = value; });
    return object;
  };
  const array = (items) =>
    items.reduce((made, item) => call('lean_array_push', made, item),
      call('lean_mk_array', box(0), box(0)));
  const list = (items) => items.reduceRight((tail, head) => constructor(1, [head, tail]), box(0));
  const some = (value) => constructor(1, [value]);
  const none = box(0);

  const name = (dotted) => dotted.split('.').reduce(
    (prefix, part) => call('lean_name_mk_string', prefix, string(part)), box(0));
  // Unambiguous: a component that is no plain identifier is quoted, a numeral is not.
  const nameText = (object) => {
    if (isScalar(object)) return '';
    const prefix = nameText(field(object, 0));
    const last = field(object, 1);
    const part = tag(object) !== 1 ? String(isScalar(last) ? last >>> 1 : 'n' + last) : quote(text(last));
    return prefix ? prefix + '.' + part : part;
  };
  // A macro can make a component that holds the closing quote itself.
  const quote = (part) =>
    (PLAIN_COMPONENT.test(part) ? part : '«' + part.replace(/[\\»]/g, '\\$&') + '»');

  const arrayItems = (object) => {
    const size = words()[(object + HEADER_BYTES) >> 2];
    const start = (object + HEADER_BYTES + 2 * WORD) >> 2;
    return Array.from(words().subarray(start, start + size));
  };
  // Items of a PersistentArray (borrowed), borrowed for the time of `visit`.
  const eachPersistent = (object, visit) => {
    const flat = call('l_Lean_PersistentArray_toArray___redArg', object);
    for (const item of arrayItems(flat)) visit(item);
    release(flat);
  };
  // The value of an IO result (borrowed); throws where Lean's IO action threw.
  const ioValue = (result) => {
    if (tag(result) === 0) return field(result, 0);
    const error = call('lean_io_error_to_string', retain(field(result, 0)));
    throw new Error('IO error: ' + text(error).slice(0, 300));
  };
  const takeIoValue = (result) => {
    const value = retain(ioValue(result));
    release(result);
    return value;
  };
  const emptyArray = () => array([]);

  return {
    bytes, words, i32, call, constant, box, isScalar, tag, fieldCount, field, retain, release,
    string, textBytes, byteSize, text, naturalOf, constructor, array, emptyArray, list, some, none, name,
    nameText, arrayItems, eachPersistent, ioValue, takeIoValue,
  };
}

module.exports = { objects };
