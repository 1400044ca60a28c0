"""Names that Lean accepts: letters of formulas as variables, problem ids as theorem names."""

import re

_RESERVED = frozenset(
    [
        "abbrev",
        "at",
        "axiom",
        "by",
        "calc",
        "class",
        "const",
        "constant",
        "def",
        "deriving",
        "do",
        "else",
        "end",
        "example",
        "export",
        "extends",
        "for",
        "forall",
        "from",
        "fun",
        "have",
        "if",
        "import",
        "in",
        "infix",
        "inductive",
        "instance",
        "lambda",
        "let",
        "local",
        "macro",
        "match",
        "mut",
        "mutual",
        "namespace",
        "nat",
        "noncomputable",
        "notation",
        "open",
        "opaque",
        "partial",
        "private",
        "protected",
        "public",
        "return",
        "section",
        "set_option",
        "show",
        "structure",
        "syntax",
        "theorem",
        "then",
        "this",
        "universe",
        "unsafe",
        "variable",
        "where",
        "with",
        "Type",
        "Prop",
        "Sort",
        "pi",
        "Pi",
        "i",
        "e",
        "I",
    ]
)
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "theta": "θ",
    "lambda": "l", "mu": "μ", "nu": "ν", "phi": "φ", "varphi": "φ", "psi": "ψ", "omega": "ω",
    "rho": "ρ", "sigma": "σ", "tau": "τ",
}  # fmt: skip
_MARKS = {"*": "star", "@": "at_op", "\\#": "sharp", "\\&": "amp"}


def lean_name(name: str) -> str:
    """The Lean variable for the letter or the operation `name`; different for different names."""
    head, _, index = name.partition("_")
    if head in _GREEK:
        head = _GREEK[head]
    elif head in _MARKS:
        head = f"op_{_MARKS[head]}"
    elif not head.isalnum():
        head = f"op_{re.sub(r'[^A-Za-z]', '', head)}"
    elif head in _RESERVED:
        head = f"{head}'"
    return f"{head}_{index}" if index else head


def theorem_name(problem_id: str) -> str:
    """A valid Lean identifier made from the id of a problem."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", problem_id).strip("_").lower()[:80]
    return f"problem_{name}" if not name or name[0].isdigit() or name in _RESERVED else name
