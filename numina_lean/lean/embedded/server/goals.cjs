'use strict';
// Literal sorries with their goals, and the commands that were elaborated, out of the info trees of a
// command: those that its macros and wrappers (`#guard_msgs in`) ran are among them.

const TERM_INFO = 1;
const TACTIC_INFO = 0;
const COMMAND_INFO = 3;
const CONTEXT_NODE = 0;
const INFO_NODE = 1;
const LINE_WIDTH = 120;

// `positions` maps a byte offset to {line, column}.
function goalReader(lean) {
  const { field, tag, retain, release, isScalar } = lean;

  const kind = (syntax) =>
    isScalar(syntax) || tag(syntax) !== 1 ? '' : lean.nameText(field(syntax, 1));
  const offset = (option) => (isScalar(option) ? null : field(option, 0) >>> 1);

  // A copy of the structure `object` with field `index` replaced (`value` owned).
  const withField = (object, index, value) => {
    const fields = [];
    for (let i = 0; i < lean.fieldCount(object); i++) {
      fields.push(i === index ? value : retain(field(object, i)));
    }
    return lean.constructor(0, fields);
  };
  const METAVARIABLES = 3;
  const withMetavariables = (context, metavariables) =>
    withField(context, 0, withField(field(context, 0), METAVARIABLES, metavariables));

  const render = (context, goals) => {
    const format = lean.takeIoValue(lean.call('l_Lean_Elab_ContextInfo_ppGoals', context, goals));
    const pretty = lean.call('l_Std_Format_pretty', format, lean.box(LINE_WIDTH), lean.box(0), lean.box(0));
    const text = lean.text(pretty).trim();
    release(pretty);
    return text;
  };
  const tacticGoal = (context, info) =>
    render(withMetavariables(context, retain(field(info, 1))), retain(field(info, 2)));
  // A term sorry has an expected type and a local context but no goal: make one.
  const termGoal = (context, info) => {
    const expected = field(info, 2);
    if (isScalar(expected)) return '';
    const name = lean.name('_numina_sorry');
    retain(name, 8);
    const metavariables = lean.call('l_Lean_MetavarContext_addExprMVarDecl',
      retain(field(field(context, 0), METAVARIABLES)), name, lean.none, retain(field(info, 1)),
      lean.emptyArray(), retain(field(expected, 0)), 0, lean.box(0));
    return render(withMetavariables(context, metavariables), lean.list([name]));
  };

  // Appends to `found` the sorries of `trees` (a PersistentArray of InfoTree, borrowed), with their
  // goals where `withGoals` asks for these, and calls `visitCommand` with the syntax (borrowed) of
  // each command.
  return function collect(trees, positions, withGoals, found, visitCommand) {
    const seen = new Set();
    const visitInfo = (info, context) => {
      const variant = tag(info);
      if (variant === COMMAND_INFO) visitCommand(field(field(info, 0), 1));
      if (variant !== TACTIC_INFO && variant !== TERM_INFO) return;
      const detail = field(info, 0);
      const syntax = field(field(detail, 0), 1);
      const wanted = variant === TACTIC_INFO ? 'Lean.Parser.Tactic.tacticSorry' : 'Lean.Parser.Term.sorry';
      if (kind(syntax) !== wanted) return;
      const start = offset(lean.call('l_Lean_Syntax_getPos_x3f', syntax, 0));
      const end = offset(lean.call('l_Lean_Syntax_getTailPos_x3f', syntax, 0));
      if (start === null || seen.has(start)) return;
      seen.add(start);
      const goal = variant === TACTIC_INFO ? tacticGoal : termGoal;
      found.push({
        start: positions(start), end: positions(end), goal: withGoals ? goal(context, detail) : '',
      });
    };
    const visit = (tree, context) => {
      if (tag(tree) === CONTEXT_NODE) {
        const outer = context ? lean.some(retain(context)) : lean.none;
        const merged = lean.call('l_Lean_Elab_PartialContextInfo_mergeIntoOuter_x3f',
          retain(field(tree, 0)), outer);
        visit(field(tree, 1), isScalar(merged) ? context : field(merged, 0));
        release(merged);
      } else if (tag(tree) === INFO_NODE) {
        const info = field(tree, 0);
        if (context && !isScalar(info)) visitInfo(info, context);
        lean.eachPersistent(field(tree, 1), (child) => visit(child, context));
      }
    };
    lean.eachPersistent(trees, (tree) => visit(tree, 0));
  };
}

module.exports = { goalReader };
