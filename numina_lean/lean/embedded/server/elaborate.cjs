'use strict';
// Runs Lean source text command by command over a `Lean.Elab.Command.State`.

const STATE = { environment: 0, messages: 1, scopes: 2, infoState: 8 };
const SCOPE_OPTIONS = 1;
const SCOPE_NAMESPACE = 2;
const SCOPE_OPENS = 3;
const INFO_TREES = 2;
const NODE = 1;
const END_OF_INPUT = 'Lean.Parser.Command.eoi';
const EXIT = 'Lean.Parser.Command.exit';
const EXAMPLE = 'Lean.Parser.Command.example';
// Level 2 reads the exported part of each module, the only one that the package has.
const EXPORTED_LEVEL = 2;
const HEADER_FLAGS_OFFSET = 4;

function elaborator(lean) {
  const { field, tag, retain, release, isScalar } = lean;
  const emptyLog = lean.constant('l_Lean_MessageLog_empty');
  const noOptions = lean.constant('l_Lean_Options_empty');
  const initialParserState = lean.constant('l_Lean_Parser_instInhabitedModuleParserState_default');
  const fileName = lean.string('<input>');
  lean.call('lean_mark_persistent', fileName);

  function importModules(modules) {
    const imports = modules.map((module) => {
      const importAll = 0, isExported = 1, isMeta = 0;
      return lean.constructor(0, [lean.name(module)], [importAll, isExported, isMeta]);
    });
    const trustLevel = 0, leakEnvironment = 1, loadExtensions = 1;
    const environment = lean.takeIoValue(lean.call('l_Lean_importModules', lean.array(imports),
      noOptions, trustLevel, lean.emptyArray(), leakEnvironment, loadExtensions, EXPORTED_LEVEL,
      lean.box(1)));
    clearModuleFlag(environment);
    lean.call('lean_mark_persistent', environment);
    return environment;
  }

  // Without `header.isModule`, as in a plain file, declarations are public by default.
  function clearModuleFlag(environment) {
    const header = lean.call('l_Lean_Environment_header', environment);
    const flags = header + 8 + 4 * lean.fieldCount(header);
    if (lean.bytes()[flags + HEADER_FLAGS_OFFSET] === 1) lean.bytes()[flags + HEADER_FLAGS_OFFSET] = 0;
  }

  // The messages of a MessageLog (borrowed).
  function readMessages(log) {
    const items = lean.call('l_Lean_MessageLog_toArray', log);
    const messages = lean.arrayItems(items).map((item) => {
      const json = lean.call('l_Lean_Message_toJson', retain(item));
      const compact = lean.call('l_Lean_Json_compress', json);
      const { severity, pos, endPos, data, kind } = JSON.parse(lean.text(compact));
      release(compact);
      return { severity, start: pos, end: endPos ?? null, text: data, kind: kind === '[anonymous]' ? null : kind };
    });
    release(items);
    return messages;
  }

  // A fresh state over `environment` (borrowed): no opens, default options.
  const freshState = (environment) =>
    lean.call('l_Lean_Elab_Command_mkState', retain(environment), emptyLog, retain(noOptions));
  const environmentOf = (state) => field(state, STATE.environment);
  const infoTreesOf = (state) => field(field(state, STATE.infoState), INFO_TREES);

  function syntaxKind(syntax) {
    return isScalar(syntax) || tag(syntax) !== NODE ? '' : lean.nameText(field(syntax, 1));
  }
  const syntaxChildren = (syntax) =>
    isScalar(syntax) || tag(syntax) !== NODE ? [] : lean.arrayItems(field(syntax, 2));
  const optionalNumber = (option) => (isScalar(option) ? null : field(option, 0) >>> 1);
  const startOf = (syntax) => optionalNumber(lean.call('l_Lean_Syntax_getPos_x3f', syntax, 0));
  const endOf = (syntax) => optionalNumber(lean.call('l_Lean_Syntax_getTailPos_x3f', syntax, 0));

  // Each `example` of a command (through `open … in`, `mutual`, …): its syntax (borrowed) and the
  // byte range of its keyword.
  function exampleKeywords(syntax, found = []) {
    if (syntaxKind(syntax) === EXAMPLE) {
      const keyword = syntaxChildren(syntax)[0];
      found.push({ syntax, start: startOf(keyword), end: endOf(keyword) });
    } else if (isCommandShell(syntaxKind(syntax))) {
      for (const child of syntaxChildren(syntax)) exampleKeywords(child, found);
    }
    return found;
  }
  const isCommandShell = (kind) =>
    ['Lean.Parser.Command.declaration', 'Lean.Parser.Command.in', 'Lean.Parser.Command.mutual',
      'null'].includes(kind);

  // Elaborates the commands of `source` over `state` (owned) and returns the state at the end
  // (owned). `start` is the byte where parsing begins, `token` a cancel token (borrowed). After
  // each command calls
  //   visit({ before?, after, messages, kind, start, end, examples, threw })
  // where `before` (only when `examples` is not empty) and `after` are borrowed states, `start`
  // and `end` the command's byte range. Ends at the end of the input, at `#exit`, or when
  // `stopped()` says so.
  function run(source, state, { token = 0, visit, stopped = () => false }) {
    const text = lean.string(source);
    const input = lean.call('l_Lean_Parser_mkInputContext___redArg', text, fileName, 1,
      lean.box(lean.byteSize(text)));
    const fileMap = field(input, 2);
    const ref = lean.call('lean_st_mk_ref', state);
    let parserState = initialParserState;
    for (let last = false; !last;) {
      const before = lean.call('lean_st_ref_get', ref);
      const scope = field(field(before, STATE.scopes), 0);
      const parserContext = lean.constructor(0, [
        retain(environmentOf(before)), retain(field(scope, SCOPE_OPTIONS)),
        retain(field(scope, SCOPE_NAMESPACE)), retain(field(scope, SCOPE_OPENS)),
      ]);
      const start = field(parserState, 0);
      const parsed = lean.call('l_Lean_Parser_parseCommand', retain(input), parserContext,
        parserState, emptyLog);
      const syntax = field(parsed, 0);
      const rest = field(parsed, 1);
      parserState = retain(field(rest, 0));
      const messages = readMessages(field(rest, 1));
      const suppressElaborationErrors = messages.length ? 1 : 0;
      const kind = syntaxKind(syntax);
      const examples = exampleKeywords(syntax);
      if (!examples.length) release(before); // a second owner would force copies
      const context = lean.constructor(0, [
        fileName, retain(fileMap), lean.box(0), start, lean.box(0), lean.box(0), lean.box(1),
        lean.box(0), lean.box(0), token ? lean.some(retain(token)) : lean.none,
      ], [suppressElaborationErrors, 0, 0, 0, 0, 0, 0, 0]);
      const result = lean.call('l_Lean_Elab_Command_elabCommandTopLevel', retain(syntax), context,
        retain(ref));
      const threw = tag(result) !== 0;
      release(result);
      const after = lean.call('lean_st_ref_get', ref);
      messages.push(...readMessages(field(after, STATE.messages)));
      visit({
        before: examples.length ? before : undefined, after, messages, threw, kind, examples,
        start: start >>> 1, end: field(parserState, 0) >>> 1,
      });
      release(after);
      if (examples.length) release(before);
      release(parsed);
      last = kind === END_OF_INPUT || kind === EXIT || stopped();
    }
    const final = lean.call('lean_st_ref_get', ref);
    release(ref);
    release(input);
    release(parserState);
    return final;
  }

  return { importModules, freshState, run, environmentOf, infoTreesOf, exampleKeywords };
}

module.exports = { elaborator, EXIT };
