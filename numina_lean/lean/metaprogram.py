"""How far code that a source brings along can get, read off its text.

Elaboration runs what a source defines: macros, elaborators, evaluated commands, the settings of
tactics. Read off the text, before any of it runs; comments are left out only where it is certain
that they are comments (`skeleton`), and every doubt counts as more. Not read: whether the code
does any harm.

What the levels rest on: that Lean's elaborator runs no other code of a source than what is found
here (its commands, attributes and tactics were gone through for 4.28), and that code which is
type-correct under sound assumptions cannot reach beyond its own memory.
"""

import re
from enum import IntEnum

from numina_lean.lean.quotations import only_quotes
from numina_lean.lean.skeleton import skeleton

# A word of Lean begins where no ASCII letter or underscore stands before it, and ends likewise. A
# letter of another alphabet may be a token of its own, so it bounds a word, to be on the safe side.
_BEGIN, _END = r"(?<![A-Za-z_])", r"(?![A-Za-z0-9_])"
_NUMBER = re.compile(
    rf"{_BEGIN}(?<![0-9'!?])(0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*)(?=[A-Za-z])"
)


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEGIN}(?:{'|'.join(words)}){_END}")


_EDITS = _words(
    r"elab|elab_rules|elab_stx_quot|binder_predicate|by_elab|run_(?:cmd|elab|meta|tac|conv)|initialize|builtin_\w+|register_\w+",
    r"declare_(?!syntax_cat|aesop_rule_sets)\w+|set_library_suggestions|leading_parser",
    r"trailing_parser|\w*simproc\w*|grind_propagator|open\s+private|show_panel_widgets|test_extern",
    # Memory, and the machine code beneath it.
    r"\w*[uU]nsafe\w*|extern|implemented_by|prefer_native|reduceBool|reduceNat|lc(?:Proof|Unreachable|Any|Cast|Erased|Void|Inv)",
    # Syntax and parsers that are computed, and are evaluated where they are named.
    r"autoParam|Syntax|TSyntax|\w*ParserDescr|type_of",
    # The types of metaprograms, for those that arise in ways not listed here.
    r"CoreM|MetaM|TermElabM|TacticM|CommandElabM|MacroM|SimpM|GrindM|DelabM|Unexpander\w*|Macro",
    # Options that change what is checked or how it is compiled.
    r"bootstrap\.\w+|internal\.\w+|sat\.solver|\w*verso",
)
_EDITS_AS_COMMAND = re.compile(r"#(?:eval!|widget)")
_EDITS_AS_ATTRIBUTE = _words(
    r"export|init|macro|tactic|delab|app_delab|csimp|incremental|\w+_elab|\w*parser\w*",
    r"\w*parenthesizer|\w*formatter|app_unexpander|\w*code_action\w*|widget_module|computed_field|cpass",
    r"server_rpc_method|unused_variables_ignore_fn|missing_docs_handler|quot_precheck|doc_\w+",
    r"grind_tactic|try_tactic|try_suggestion|\w*[pP]roc\w*|\w*hooks|library_suggestions",
    r"env_linter|norm_num|positivity|linter",
)
# `export Nat (succ)` names things; what the attribute takes is one name and no list.
_EXPORT_COMMAND = re.compile(r"^export\s+[\w.]+\s*\(", re.MULTILINE)
_ATTRIBUTES = re.compile(rf"@\[|{_BEGIN}attribute\s*\[")
_ANY_ATTRIBUTE = re.compile(r"@\[|attribute")
# A bracket that is none.
_BRACKET_CHARACTER = re.compile(r"'[\[\]]")

_EVALUATES = re.compile(r"#eval")
_COMPUTES = re.compile(
    rf"#guard(?!_msgs|_expr)|#(?:sample|test){_END}|"
    rf"{_BEGIN}(?:native\w*|bv_\w+|plausible|slim_check|decide!|syntax){_END}"
)
_MACROS = _words("macro|macro_rules")
_NOTATION = _words("notation3?|infix[lr]?|prefix|postfix")
_SPLICE = re.compile(r"\$(?=[\w(\[{«])")
_SYNTAX = re.compile(
    rf"{_BEGIN}(?:notation3?|infix[lr]?|prefix|postfix|binder_predicate|syntax|macro|macro_rules|"
    r"unif_hint|declare_syntax_cat|elab|elab_rules|by_elab|run_\w+|simproc\w*|dsimproc\w*|"
    rf"initialize){_END}|#eval!?"
)

# What a tactic is set to is evaluated, unless it is a plain value.
_PLAIN_VALUE = r"(?:true|false|[0-9]+|\.\w+|none|\.\w+\s*\[[0-9,\s]*\])"
_PLAIN_SETTING = rf"(?:{_PLAIN_VALUE}|\{{\s*(?:\w+\s*:=\s*{_PLAIN_VALUE}\s*,?\s*)*\}})"
_TACTIC = (
    r"(?:simp\w*|dsimp\w*|rw|rwa|rewrites?|erw|rw_mod_cast|nth_\w+|grind|lia|grobner|cutsat|omega|"
    r"decide|norm_\w+|push_\w+|\w*mod_cast|ext\w*|apply\w*|refine\w*|exact\w*|convert\w*|congr\w*|"
    r"solve_by_elim|symm\w*|split\w*|injections?|\w*induction|cases|rcases|unfold|change|show\w*|"
    r"let_to_have|lift_lets|extract_lets|fun_cases|suggestions|simps|ac_\w+|cbv|mvcgen|mspec|try|first|intros?|constructor|infer_instance|"
    r"n?linarith|polyrith|positivity|ring\w*|field\w*|aesop\w*|gcongr|fun_prop|measurability|"
    r"continuity|abel\w*|module|tauto|itauto|bound|hint|canonicalize|zify|qify|rify|group|conv|"
    r"interval_cases|push_neg|specialize|have\w*|generalize\w*|subst\w*|contradiction|funext)"
)
_SETTING = re.compile(
    rf"{_BEGIN}{_TACTIC}[!?']*(?:\s*[+-]\s*\w+|\s*\([^()]*\))*"
    rf"\s*\(\s*(?!(?:disch|discharger)\s*:=)[\w.«»]+\s*:=(?!\s*{_PLAIN_SETTING}\s*\))"
)
_ANY_SETTING = re.compile(rf"{_BEGIN}{_TACTIC}[!?']*\s*(?:[+-]\s*[A-Za-z]|\(\s*[\w.«»]+\s*:=)")
_CUSTOM_SETTING = re.compile(rf"\(\s*[\w.«»]+\s*:=(?!\s*{_PLAIN_SETTING}\s*\))")
# Hides the errors of what it runs; a mere query has none that leave anything behind.
_HIDES = r"#guard_msgs(?!\s*(?:\([^()]*\)\s*)?in\s+#(?:eval|check|print|reduce|guard|synth))"
# Under these a term may have another type than it says, and compiled code goes by what it says.
_UNSOUND = re.compile(
    rf"{_BEGIN}(?:axiom|sorry\w*|admit|stop|(?:apply|exact|rw|try)\?|hint){_END}|{_HIDES}"
)
# Evaluation of a term that rests on sorry is refused, but not where sorry stands behind `partial`.
_UNSOUND_EVALUATED = re.compile(rf"{_BEGIN}axiom{_END}|{_HIDES}")
_PARTIAL = _words("partial")
_COMPILER_OPTION = re.compile(r"debug\.|compiler\.")
_LEAN = _words("Lean")
_CORE = re.compile(r"(?:Init|Std|NuminaLean\.Prelude)(?:\.|$)")


class Reach(IntEnum):
    """How far code of a source can get. Larger is farther."""

    NONE = 0
    """No code of the source runs: the process that elaborated it can be trusted afterwards."""
    CODE = 1
    """Runs code, which may leave traces in its process, but cannot reach the elaborator: what it
    declares is what its text says."""
    META = 2
    """May edit the environment, the messages, or what a command means."""


def reach(imports: tuple[str, ...], body: str) -> Reach:
    """How far code of `body`, elaborated on `imports`, can get."""
    bare = skeleton(body)
    text = _set_off(body if bare is None else bare)
    if _edits(text, readable=bare is not None):
        return Reach.META
    says_lean = _LEAN.search(text) is not None
    computes = _COMPUTES.search(text) is not None or _SETTING.search(text) is not None
    # Lean's own code finds the type of a setting by name, and a source may declare that name.
    computes = computes or (says_lean and _ANY_SETTING.search(text) is not None)
    evaluates, macros = _EVALUATES.search(text) is not None, _MACROS.search(text) is not None
    splices = _NOTATION.search(text) is not None and _SPLICE.search(text) is not None
    if not (evaluates or macros or computes or splices):
        return Reach.NONE
    unsound = _UNSOUND.search(text) is not None
    escapes = (
        splices
        or says_lean
        or _COMPILER_OPTION.search(text) is not None
        or (evaluates and (_UNSOUND_EVALUATED.search(text) is not None or not _is_core(imports)))
        or (evaluates and unsound and _PARTIAL.search(text) is not None)
        or (computes and unsound)
        or (macros and (bare is None or not only_quotes(text)))
        or (macros and unsound and _CUSTOM_SETTING.search(text) is not None)
    )
    return Reach.META if escapes else Reach.CODE


def syntax_words(body: str) -> tuple[str, ...]:
    """The words of `body` that change syntax or run code of its own, sorted, each once.

    What a strict policy forbids, whatever comes of it. Instances and coercions are no syntax.
    """
    bare = skeleton(body)
    text = _set_off(body if bare is None else bare)
    return tuple(sorted({match[0] for match in _SYNTAX.finditer(text)}))


def _is_core(imports: tuple[str, ...]) -> bool:
    return all(_CORE.match(module) for module in imports)


def _set_off(text: str) -> str:
    """`text` with a space between a number and the word that begins right behind it."""
    return _NUMBER.sub(r"\1 ", text)


def _edits(text: str, *, readable: bool) -> bool:
    """Whether `text` says a word that reaches the elaborator."""
    if _EDITS.search(text) or _EDITS_AS_COMMAND.search(text):
        return True
    if not readable:
        named = _EDITS_AS_ATTRIBUTE.search(_EXPORT_COMMAND.sub("", text))
        return named is not None and _ANY_ATTRIBUTE.search(text) is not None
    return any(_EDITS_AS_ATTRIBUTE.search(text, *extent) for extent in _attributes(text))


def _attributes(text: str) -> list[tuple[int, int]]:
    """Where attributes are listed: from a bracket to the one that closes it, those within apart."""
    odd = _BRACKET_CHARACTER.search(text) is not None
    extents: list[tuple[int, int]] = []
    for opening in _ATTRIBUTES.finditer(text):
        if extents and opening.end() <= extents[-1][1]:
            continue
        depth, at = 1, opening.end()
        while at < len(text) and depth > 0:
            depth += {"[": 1, "]": -1}.get(text[at], 0)
            at += 1
        extents.append((opening.end(), len(text) if odd else at))
    return extents
