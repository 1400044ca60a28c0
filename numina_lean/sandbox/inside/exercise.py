"""What sympy computes once before the first program: what it builds on first use, a program that
is a fork of this process finds built (equation solving costs a tenth of a second less).

Each line is what programs of models commonly do, with other numbers. No result is kept for use:
a program's own expressions are computed by the program.
"""

from contextlib import suppress
from typing import Any

_SYMBOLS = """
x, y = sp.symbols("x y")
n, k = sp.symbols("n k", integer=True, positive=True)
a = sp.Symbol("a", real=True)
"""
_STEPS = """
sp.solve(x**2 - 5*x + 4, x), sp.solve(x**2 + 2*x + 7, x), sp.solve(x**3 - 2*x + 1, x)
sp.solve([x + y - 5, x - y - 1], [x, y]), sp.linsolve([x + y - 2, x - y], x, y)
sp.solve([sp.Eq(x*y, 6), sp.Eq(x + y, 5)], (x, y), dict=True)
sp.solve(sp.sqrt(x + 1) - 3, x), sp.solve(sp.Abs(a - 2) - 3, a), sp.solve(2**x - 8, x)
sp.solve(sp.log(x, 3) - 2, x), sp.solve(sp.sin(a) - sp.Rational(1, 2), a)
sp.solveset(x**2 - 9, x, sp.S.Reals), sp.solve(a**2 - 4 > 0, a)
sp.solve(0.9*x - 3.5, x), sp.solve(x/(x - 2) - 4, x), sp.nsolve(sp.cos(x) - x, 1)
sp.simplify((x**2 - 1)/(x - 1)), sp.expand((x + y)**5), sp.factor(x**4 - y**4)
sp.cancel((x**2 - 1)/(x + 1)), sp.apart(1/(x*(x + 1))), sp.together(1/x + 1/y)
sp.simplify(sp.sin(x)**2 + sp.cos(x)**2), sp.radsimp(1/(sp.sqrt(3) - 1))
sp.simplify(sp.sqrt(48)/sp.sqrt(3)), sp.sqrtdenest(sp.sqrt(3 + 2*sp.sqrt(2))), sp.nsimplify(0.75)
sp.Poly(x**3 + 2*x + 1, x).all_coeffs(), sp.div(x**3 - 1, x - 1, x), sp.roots(x**3 - 6*x - 9)
sp.diff(sp.sin(x)*sp.exp(x), x), sp.integrate(x**2, (x, 0, 3)), sp.integrate(sp.sin(x), x)
sp.limit(sp.sin(x)/x, x, 0), sp.series(sp.cos(x), x, 0, 5), sp.summation(k**2, (k, 1, n))
sp.Sum(1/k**2, (k, 1, sp.oo)).doit(), sp.Product(k, (k, 1, 5)).doit()
sp.Sum(sp.Rational(1, 2)**k, (k, 0, sp.oo)).doit(), sp.Sum(1/(k*(k + 2)), (k, 1, 50)).doit()
sp.limit((sp.sqrt(x + 4) - 2)/x, x, 0), sp.limit((2*x + 1)/(x - 3), x, sp.oo)
sp.solve(sp.Eq(9**x, 27), x), sp.solve(sp.log(x, 5) + sp.log(x, 25) - 3, x), sp.solve(x**4 - 16, x)
sp.solve(sp.sqrt(3*x + 1) - x + 3, x), sp.solve(2/x + 3/(x + 1) - 2, x), sp.solve(3*x**2 + x + 5, x)
sp.simplify((x**3 - 27)/(x**2 - 9)), sp.simplify(sp.cos(sp.pi/7)*sp.cos(3*sp.pi/7))
sp.tan(sp.pi/8).simplify(), sp.simplify(sp.cos(sp.pi/8)**2), sp.solve(sp.diff(x**3 - 3*x, x), x)
sp.Matrix([[1, 2], [3, 4]]).det(), sp.Matrix([[2, 1], [1, 2]]).eigenvals()
sp.Matrix([[2, 1], [1, 3]]).inv(), sp.Matrix([[1, 2, 3], [4, 5, 6]]).rref()
sp.factorint(5040), sp.isprime(10007), list(sp.primerange(50)), sp.divisors(60), sp.totient(36)
sp.gcd(12, 18), sp.lcm(4, 6), sp.mod_inverse(3, 11), sp.binomial(10, 3), sp.factorial(10)
sp.N(sp.pi, 20), float(sp.sqrt(2)), sp.floor(sp.Rational(7, 2)), sp.ceiling(sp.log(10))
str(sp.sqrt(8)/3 + x**2), repr(x/3), sp.latex(sp.sqrt(x)/2 + sp.pi), (x + 1).subs(x, 2)
sp.Point(0, 0).distance(sp.Point(3, 4)), sp.Circle(sp.Point(0, 0), 2).area
sp.Triangle(sp.Point(0, 0), sp.Point(4, 0), sp.Point(0, 3)).area
sp.cos(sp.pi/12).simplify(), sp.asin(1), sp.Abs(3 + 4*sp.I), sp.re(1/(1 + sp.I))
sp.lambdify(x, x**2)(3), sp.sympify("2*x + 1"), sp.Piecewise((x, x > 0), (0, True)).subs(x, 1)
"""


def exercise(sympy: Any) -> None:
    """Take every step; one that this version of sympy cannot take is left out."""
    names = {"sp": sympy}
    exec(_SYMBOLS, names)
    for step in _STEPS.strip().splitlines():
        with suppress(Exception):
            eval(step, names)
