"""Functions and letters by their LaTeX names, and what an index or exponent at a function means."""

from numina_lean.answers.terms import MINUS_ONE, call, power
from numina_lean.answers.value import EULER, Expression, Function, number

NAMED: dict[str, Function] = {
    rf"\{name}": name
    for name in (
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh",
        "tanh", "ln", "log", "exp", "gcd", "lcm", "max", "min", "floor", "ceil", "abs",
    )
}  # fmt: skip
SEVERAL = frozenset({"gcd", "lcm", "max", "min"})
"""Those of several arguments, whose order is free."""

LETTERS = frozenset(
    rf"\{name}"
    for name in (
        "theta", "alpha", "beta", "gamma", "delta", "lambda", "mu", "phi", "varphi", "omega",
        "sigma", "rho", "tau", "epsilon", "varepsilon", "psi", "eta", "zeta", "xi", "nu", "kappa",
        "Delta", "Omega", "Gamma", "Phi", "Psi", "Sigma", "Lambda", "Theta", "ell", "chi",
    )
)  # fmt: skip
"""The commands that are letters, and so names of variables."""

_INVERSE: dict[Function, Function] = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}


def applied(
    name: Function,
    args: tuple[Expression, ...],
    base: Expression | None,
    exponent: Expression | None,
) -> Expression | None:
    r"""What `name` with a `base` below and an `exponent` above is of `args`.

    `\log` without a base is that of base 10, `\sin^{-1}` the inverse. None where only logarithms
    have a base and this is none.
    """
    if base is not None and name != "log":
        return None
    if exponent == MINUS_ONE and name in _INVERSE:
        return call(_INVERSE[name], args)
    found: Expression
    if name == "exp":
        found = power(EULER, args[0])
    elif name == "log" and base == EULER:
        found = call("ln", args)
    elif name == "log":
        found = call("log", (args[0], number(10) if base is None else base))
    else:
        found = call(name, args)
    return found if exponent is None else power(found, exponent)
