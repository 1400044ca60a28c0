"""The LaTeX of single characters of formulas, and how tokens of LaTeX are put side by side."""

import unicodedata
from collections.abc import Iterable

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ϖ": "varpi",
    "ρ": "rho", "ϱ": "varrho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon",
    "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "∆": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SYMBOLS = {
    "≤": "leq", "⩽": "leq", "≦": "leq", "≥": "geq", "⩾": "geq", "≧": "geq", "≠": "neq",
    "≈": "approx", "≡": "equiv",
    "≅": "cong", "∼": "sim", "∽": "sim", "≃": "simeq", "∝": "propto", "≪": "ll", "≫": "gg",
    "·": "cdot", "⋅": "cdot", "∙": "cdot", "×": "times", "÷": "div", "±": "pm", "∓": "mp",
    "∗": "ast", "⋆": "star", "◦": "circ", "∘": "circ", "•": "bullet", "⊕": "oplus",
    "⊗": "otimes", "∩": "cap", "∪": "cup", "∧": "wedge", "∨": "vee", "¬": "neg", "∖": "setminus",
    "∈": "in", "∉": "notin", "∋": "ni", "⊂": "subset", "⊃": "supset", "⊆": "subseteq",
    "⊇": "supseteq", "⊊": "subsetneq", "⫋": "subsetneqq", "∅": "emptyset",
    "∀": "forall", "∃": "exists",
    "→": "to", "←": "leftarrow", "↔": "leftrightarrow", "⇒": "Rightarrow", "⇐": "Leftarrow",
    "⇔": "Leftrightarrow", "↦": "mapsto", "↑": "uparrow", "↓": "downarrow", "∞": "infty",
    "∂": "partial", "∇": "nabla", "∠": "angle", "∡": "measuredangle", "⊥": "perp", "∥": "parallel",
    "∦": "nparallel", "△": "triangle", "▱": "square", "□": "square",
    "■": "blacksquare", "∴": "therefore", "∵": "because",
    "∣": "mid", "∤": "nmid", "…": "ldots", "⋯": "cdots", "⋮": "vdots", "⋱": "ddots", "ℓ": "ell",
    "ℏ": "hbar", "ℜ": "Re", "ℑ": "Im", "ℵ": "aleph", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil",
    "⌉": "rceil", "⟨": "langle", "⟩": "rangle", "〈": "langle", "〉": "rangle",
    "‖": "|", "∑": "sum", "∏": "prod", "∐": "coprod", "∫": "int", "∬": "iint", "∮": "oint",
    "⋃": "bigcup", "⋂": "bigcap", "√": "surd", "°": "circ", "{": "{", "}": "}", "%": "%",
    "&": "&", "#": "#", "$": "$", "\\": "backslash",
}  # fmt: skip
_PLAIN = {"−": "-", "–": "-", "‐": "-", "∶": ":", "′": "'", "’": "'", "″": "''", "∕": "/", "ı": "i"}
_DOUBLE_STRUCK = {"ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "ℙ": "P"}

OPERATORS = frozenset({
    "arccos", "arcsin", "arctan", "cos", "cosh", "cot", "csc", "deg", "det", "dim", "exp", "gcd",
    "inf", "ker", "lcm", "lg", "lim", "ln", "log", "max", "min", "mod", "sec", "sin", "sinh",
    "sup", "tan", "tanh",
})  # fmt: skip
_NOT_LATEX = frozenset({"lcm", "mod"})
"""Operators without a command of their own."""

LARGE = frozenset("∑∏∐∫∬∮⋃⋂")
"""Characters that take limits, and that fonts of TeX hang from the top."""

RELATIONS = frozenset("=<>+±∓×÷−∗√≤≥≠≈≡∼∈∉⊂⊃⊆⊇∪∩→←⇒⇔↦∞∂∇∠⊥∥△∑∏∫⩽⩾∀∃⊕⊗∘◦⋅∴∵∣")
"""Characters that only formulas have."""

_EXTENSION = {
    **dict.fromkeys("\x00\x10\x12\x20", "("), **dict.fromkeys("\x01\x11\x13\x21", ")"),
    **dict.fromkeys("\x02\x14\x22\x68", "["), **dict.fromkeys("\x03\x15\x23\x69", "]"),
    **dict.fromkeys("\x04\x16\x24\x6a", "⌊"), **dict.fromkeys("\x05\x17\x25\x6b", "⌋"),
    **dict.fromkeys("\x06\x18\x26\x6c", "⌈"), **dict.fromkeys("\x07\x19\x27\x6d", "⌉"),
    **dict.fromkeys("\x08\x1a\x28\x6e", "{"), **dict.fromkeys("\x09\x1b\x29\x6f", "}"),
    **dict.fromkeys("\x0a\x1c\x2a\x44", "⟨"), **dict.fromkeys("\x0b\x1d\x2b\x45", "⟩"),
    **dict.fromkeys("\x0c", "|"), **dict.fromkeys("\x0d", "‖"), **dict.fromkeys("\x50\x58", "∑"),
    **dict.fromkeys("\x51\x59", "∏"), **dict.fromkeys("\x52\x5a", "∫"),
    **dict.fromkeys("\x53\x5b", "⋃"), **dict.fromkeys("\x54\x5c", "⋂"),
    **dict.fromkeys("\x60\x61", "∐"), **dict.fromkeys("\x48\x49", "∮"),
    **dict.fromkeys("pqrst", "√"),
}  # fmt: skip
"""Codes of cmex10 (The TeXbook, appendix F): its glyphs have no Unicode in many PDFs."""


def extension_character(code: str) -> str | None:
    """What a glyph of cmex10 stands for; None for pieces of large delimiters and unknown codes."""
    return _EXTENSION.get(code)


def plain(character: str) -> str:
    """The character without what Unicode adds for looks: mathematical letters, ligatures."""
    if character in _SYMBOLS or character in _GREEK or character in _DOUBLE_STRUCK:
        return character
    if "\uff01" <= character <= "\uff5e" and not unicodedata.normalize("NFKC", character).isalnum():
        return character  # Chinese punctuation
    return unicodedata.normalize("NFKC", character)


def latex_of(character: str, font: str = "") -> str:
    """The character in a formula. `font` tells blackboard letters, which have plain codes."""
    character = plain(character)
    if character in _DOUBLE_STRUCK:
        return rf"\mathbb{{{_DOUBLE_STRUCK[character]}}}"
    if "MSBM" in font.upper() and character.isalpha() and character.isascii():
        return rf"\mathbb{{{character}}}"
    if character in _GREEK:
        return f"\\{_GREEK[character]}"
    if character in _SYMBOLS:
        return f"\\{_SYMBOLS[character]}"
    return _PLAIN.get(character, character)


def operator(word: str) -> str:
    r"""`\sin` for `sin`; `\operatorname{lcm}` for `lcm`."""
    return rf"\operatorname{{{word}}}" if word in _NOT_LATEX else f"\\{word}"


def joined(tokens: Iterable[str]) -> str:
    """Tokens side by side, with a space only where a command would run into a letter."""
    text = ""
    for token in tokens:
        if token and _ends_with_letters_of_command(text) and token[0].isalpha():
            text += " "
        text += token
    return text.replace(r"\cdot\cdot\cdot", r"\cdots").replace("...", r"\ldots")


def _ends_with_letters_of_command(text: str) -> bool:
    stem = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return len(stem) < len(text) and stem.endswith("\\")
