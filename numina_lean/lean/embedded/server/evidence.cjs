'use strict';
// Constants as text, so that a process which has run a source's own code can hand them to another
// that has not. Nothing is taken on trust by who reads it: the kernel sees every constant again.
//
//   {names: [[prefix, text | number]], levels: […], expressions: […], constants: […], labels: [[name, shown]]}
// Rows refer to earlier rows of the same table by index; name 0 is the anonymous name and has no
// row, so the first row is name 1. Shared parts are written once; `mdata` is dropped. `labels` are
// the names by which examples are shown.

const EXPRESSION = { bvar: 0, sort: 3, const: 4, app: 5, lam: 6, forall: 7, let: 8, lit: 9, mdata: 10, proj: 11 };
const LEVEL = { zero: 0, succ: 1, max: 2, imax: 3, param: 4 };
const CACHED_DATA_BYTES = 8; // of every expression, before its other scalars
const MOST_ROWS = 4_000_000;
const SMALL = 2 ** 31;

class UnreadableConstants extends Error {}

function evidenceWriter(lean, constants) {
  const { field, tag, isScalar } = lean;

  function write(found, labels) {
    const names = [], levels = [], expressions = [];
    const nameAt = new Map(), levelAt = new Map(), expressionAt = new Map();
    const keyed = new Map(); // rows of names by content: the same name may lie at two addresses
    const push = (table, row) => {
      if (table.push(row) > MOST_ROWS) throw new UnreadableConstants('more terms than can be passed on');
      return table.length - 1;
    };

    function name(object) {
      if (isScalar(object)) return 0;
      let at = nameAt.get(object);
      if (at !== undefined) return at;
      const prefix = name(field(object, 0));
      const last = field(object, 1);
      const row = [prefix, tag(object) === 1 ? lean.text(last) : natural(last)];
      const key = JSON.stringify(row);
      at = keyed.get(key);
      if (at === undefined) keyed.set(key, (at = push(names, row) + 1));
      nameAt.set(object, at);
      return at;
    }
    // A small natural number as a number, a large one as its decimal digits.
    function natural(object) {
      if (isScalar(object)) return object >>> 1;
      const digits = lean.call('l_Nat_reprFast', lean.retain(object));
      const text = lean.text(digits);
      lean.release(digits);
      if (!/^[0-9]+$/.test(text)) throw new UnreadableConstants('a number is none');
      return text;
    }
    function level(object) {
      let at = levelAt.get(object);
      if (at !== undefined) return at;
      const kind = tag(object);
      const row = kind === LEVEL.zero ? [kind]
        : kind === LEVEL.succ ? [kind, level(field(object, 0))]
          : kind === LEVEL.max || kind === LEVEL.imax ? [kind, level(field(object, 0)), level(field(object, 1))]
            : kind === LEVEL.param ? [kind, name(field(object, 0))] : undefined;
      if (row === undefined) throw new UnreadableConstants('a universe level is open');
      at = push(levels, row);
      levelAt.set(object, at);
      return at;
    }
    const list = (object, each) => constants.listItems(object).map(each);
    const byteAt = (object, index) => lean.bytes()[object + 8 + 4 * lean.fieldCount(object) + index];

    function expression(object) {
      let at = expressionAt.get(object);
      if (at !== undefined) return at;
      at = row(object);
      expressionAt.set(object, at);
      return at;
    }
    function row(object) {
      const kind = tag(object);
      switch (kind) {
        case EXPRESSION.bvar: return push(expressions, [kind, natural(field(object, 0))]);
        case EXPRESSION.sort: return push(expressions, [kind, level(field(object, 0))]);
        case EXPRESSION.const:
          return push(expressions, [kind, name(field(object, 0)), list(field(object, 1), level)]);
        case EXPRESSION.app:
          return push(expressions, [kind, expression(field(object, 0)), expression(field(object, 1))]);
        case EXPRESSION.lam: case EXPRESSION.forall:
          return push(expressions, [kind, name(field(object, 0)), expression(field(object, 1)),
            expression(field(object, 2)), byteAt(object, CACHED_DATA_BYTES)]);
        case EXPRESSION.let:
          return push(expressions, [kind, name(field(object, 0)), expression(field(object, 1)),
            expression(field(object, 2)), expression(field(object, 3)), byteAt(object, CACHED_DATA_BYTES)]);
        case EXPRESSION.lit: {
          const literal = field(object, 0);
          const value = field(literal, 0);
          return push(expressions, [kind, tag(literal), tag(literal) === 0 ? natural(value) : lean.text(value)]);
        }
        case EXPRESSION.mdata: return expression(field(object, 1));
        case EXPRESSION.proj:
          return push(expressions, [kind, name(field(object, 0)), natural(field(object, 1)),
            expression(field(object, 2))]);
        default: throw new UnreadableConstants('a term is open');
      }
    }

    function details(constant) {
      const value = constants.value(constant);
      switch (constants.kind(constant)) {
        case 'def': return { body: expression(constants.body(constant)), hints: hints(field(value, 2)) };
        case 'theorem': case 'opaque': return { body: expression(constants.body(constant)) };
        case 'inductive': return {
          parameters: natural(field(value, 1)), all: list(field(value, 3), name),
          constructors: list(field(value, 4), name),
        };
        case 'constructor': return { of: name(field(value, 1)) };
        default: return {};
      }
    }
    // An opaque definition is -1, an abbreviation -2, else the height of the definition.
    const hints = (object) =>
      (isScalar(object) ? -1 - (object >>> 1) : lean.words()[(object + 8) >> 2]);

    const rows = [];
    for (const constant of found.values()) {
      rows.push({
        kind: constants.kind(constant), unsafe: constants.isUnsafe(constant),
        name: name(constants.nameObject(constant)), levels: list(constants.levelParams(constant), name),
        type: expression(constants.type(constant)), ...details(constant),
      });
    }
    return JSON.stringify({ names, levels, expressions, constants: rows, labels: [...labels] });
  }

  // Any failure to read what may be no proper object is told as such.
  return function writeEvidence(found, labels) {
    try {
      return write(found, labels);
    } catch (error) {
      if (error instanceof UnreadableConstants) throw error;
      throw new UnreadableConstants(`cannot be read (${String(error).slice(0, 100)})`);
    }
  };
}

function evidenceReader(lean) {
  const { retain } = lean;
  const isIndex = (value, size) => Number.isInteger(value) && value >= 0 && value < size;
  const need = (condition, what) => { if (!condition) throw new UnreadableConstants(what); };

  function read({ names, levels, expressions, constants, labels }) {
    const owned = [];
    const keep = (object) => (owned.push(object), object);
    const nameRows = [lean.box(0)], levelRows = [], expressionRows = [];
    const at = (rows, index) => {
      need(isIndex(index, rows.length), 'refers to what is not there');
      return retain(rows[index]);
    };
    const natural = (value) => {
      if (isIndex(value, SMALL)) return lean.box(value);
      need(typeof value === 'string' && /^[0-9]+$/.test(value), 'a number is none');
      return lean.naturalOf(value);
    };
    const byte = (value) => (need(isIndex(value, 4), 'a mark is none'), value);
    const name = (index) => at(nameRows, index);
    const level = (index) => at(levelRows, index);
    const expression = (index) => at(expressionRows, index);

    for (const [prefix, last] of names) {
      nameRows.push(keep(typeof last === 'string'
        ? lean.call('lean_name_mk_string', name(prefix), lean.string(last))
        : lean.call('lean_name_mk_numeral', name(prefix), natural(last))));
    }
    for (const [kind, first, second] of levels) levelRows.push(keep(makeLevel(kind, first, second)));
    for (const row of expressions) expressionRows.push(keep(makeExpression(row)));

    function makeLevel(kind, first, second) {
      switch (kind) {
        case LEVEL.zero: return lean.call('lean_level_mk_zero', lean.box(0));
        case LEVEL.succ: return lean.call('lean_level_mk_succ', level(first));
        case LEVEL.max: return lean.call('lean_level_mk_max', level(first), level(second));
        case LEVEL.imax: return lean.call('lean_level_mk_imax', level(first), level(second));
        case LEVEL.param: return lean.call('lean_level_mk_param', name(first));
        default: throw new UnreadableConstants('no universe level');
      }
    }
    function makeExpression([kind, a, b, c, d, e]) {
      switch (kind) {
        case EXPRESSION.bvar: return lean.call('lean_expr_mk_bvar', natural(a));
        case EXPRESSION.sort: return lean.call('lean_expr_mk_sort', level(a));
        case EXPRESSION.const: return lean.call('lean_expr_mk_const', name(a), lean.list(b.map(level)));
        case EXPRESSION.app: return lean.call('lean_expr_mk_app', expression(a), expression(b));
        case EXPRESSION.lam: return lean.call('lean_expr_mk_lambda', name(a), expression(b), expression(c), byte(d));
        case EXPRESSION.forall: return lean.call('lean_expr_mk_forall', name(a), expression(b), expression(c), byte(d));
        case EXPRESSION.let:
          return lean.call('lean_expr_mk_let', name(a), expression(b), expression(c), expression(d), byte(e));
        case EXPRESSION.lit:
          return lean.call('lean_expr_mk_lit', lean.constructor(byte(a) === 0 ? 0 : 1,
            [a === 0 ? natural(b) : lean.string(b)]));
        case EXPRESSION.proj: return lean.call('lean_expr_mk_proj', name(a), natural(b), expression(c));
        default: throw new UnreadableConstants('no term');
      }
    }

    const found = new Map();
    for (const row of constants) {
      const info = keep(makeConstant(row));
      found.set(lean.nameText(nameRows[row.name]), info);
    }

    function makeConstant(row) {
      const common = lean.constructor(0,
        [name(row.name), lean.list(row.levels.map(name)), expression(row.type)]);
      const all = () => lean.list([name(row.name)]);
      const isUnsafe = row.unsafe ? 1 : 0;
      const safety = row.unsafe ? 0 : 1;
      const zero = lean.box(0);
      const info = (kind, fields, scalars = []) =>
        lean.constructor(kind, [lean.constructor(0, [common, ...fields], scalars)]);
      switch (row.kind) {
        case 'axiom': return info(0, [], [isUnsafe]);
        case 'def': return info(1, [expression(row.body), makeHints(row.hints), all()], [safety]);
        case 'theorem': return info(2, [expression(row.body), all()]);
        case 'opaque': return info(3, [expression(row.body), all()], [isUnsafe]);
        case 'inductive':
          return info(5, [natural(row.parameters), zero, lean.list(row.all.map(name)),
            lean.list(row.constructors.map(name)), zero], [0, isUnsafe, 0]);
        case 'constructor': return info(6, [name(row.of), zero, zero, zero], [isUnsafe]);
        case 'recursor': return info(7, [all(), zero, zero, zero, zero, lean.list([])], [0, isUnsafe]);
        default: throw new UnreadableConstants(`a constant of the kind ${row.kind}`);
      }
    }
    function makeHints(hints) {
      if (hints === -1 || hints === -2) return lean.box(-1 - hints);
      need(isIndex(hints, 2 ** 32), 'hints are none');
      return lean.constructor(2, [], [hints & 255, (hints >>> 8) & 255, (hints >>> 16) & 255, hints >>> 24]);
    }
    return { found, labels: new Map(labels), release: () => owned.forEach((object) => lean.release(object)) };
  }

  // {found: name → ConstantInfo, labels, release}. Throws UnreadableConstants.
  return function readEvidence(text) {
    try {
      return read(JSON.parse(text));
    } catch (error) {
      if (error instanceof UnreadableConstants || !(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      throw new UnreadableConstants('are not in their form');
    }
  };
}

module.exports = { evidenceWriter, evidenceReader, UnreadableConstants };
