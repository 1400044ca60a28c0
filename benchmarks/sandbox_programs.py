"""Programs as models write them for competition problems, for `sandbox_rate.py`.

Written for this purpose: counting by brute force, modular arithmetic, equations and systems with
sympy, exact arithmetic, geometry by coordinates, probability, matrices with numpy. Each ends in an
expression or a print, as in a notebook. `math`, `np` and `sp` are there.
"""

_SEARCHES = """
sum(1 for n in range(1, 1001) if n % 3 == 0 or n % 5 == 0)
sum(int(d) for d in str(2 ** 1000))
[n for n in range(2, 200) if all(n % d for d in range(2, int(n ** 0.5) + 1))][-1]
max(range(1, 3000), key=lambda n: sum(1 for d in range(1, 60) if n % d == 0))
len({a ** b for a in range(2, 20) for b in range(2, 20)})
sum(n for n in range(10, 10000) if sum(int(d) ** 4 for d in str(n)) == n)
next(n for n in range(1, 10 ** 6) if all(n % d == r for d, r in ((7, 3), (11, 5), (13, 8))))
pow(7, 2023, 1000)
[(a, b) for a in range(1, 40) for b in range(a, 40) if math.isqrt(a*a + b*b)**2 == a*a + b*b]
math.comb(20, 10) - math.comb(20, 9)
len([n for n in range(100, 1000) if len(set(str(n))) == 3])
sum(math.gcd(n, 60) for n in range(1, 61))
sorted(n for n in range(1, 500) if n ** 2 % 24 == 1)[:5]
len([1 for x in range(-30, 31) for y in range(-30, 31) if x * x + y * y <= 400])
math.lcm(*range(1, 21))
sum(1 for n in range(1, 2024) if bin(n).count("1") % 2 == 0)
max(a * b for a in range(900, 1000) for b in range(a, 1000) if str(a * b) == str(a * b)[::-1])
[p for p in range(2, 50) if all(p % q for q in range(2, p)) and (2 ** p - 1) % 23 == 0]
sum(k * math.comb(12, k) for k in range(13))
len({(a, b) for a in range(1, 13) for b in range(a, 13) if b <= 12 - a - b})
"""

_ALGEBRA = """
sp.solve(x**2 - 7*x + 10, x)
sp.solve(x**3 - 6*x**2 + 11*x - 6, x)
sp.solve(2*x**2 + 3*x + 9, x)
sp.solve([3*x + 2*y - 16, x - y - 2], [x, y])
sp.solve([x + y + z - 6, x - y + z - 2, 2*x + y - z - 1], [x, y, z])
sp.solve([sp.Eq(x + y, 10), sp.Eq(x*y, 21)], [x, y])
sp.solve(sp.sqrt(2*x + 3) - 5, x)
sp.solve(sp.Eq(4**x, 32), x)
sp.solve(sp.log(x, 2) + sp.log(x, 4) - 6, x)
sp.solve(1/x + 1/(x + 2) - sp.Rational(3, 4), x)
sp.factor(x**4 + 4)
sp.expand((2*x - 3)**4)
sp.Poly((x**2 + x + 1)**5, x).coeff_monomial(x**4)
sp.simplify((x**3 - 8)/(x**2 - 4))
sp.apart((3*x + 5)/((x + 1)*(x + 2)))
sp.cancel((x**4 - 16)/(x - 2)).subs(x, 3)
sp.rem(x**2023 + 1, x**2 - 1, x)
sp.roots(x**4 - 5*x**2 + 4)
sum(sp.Poly(2*x**3 - 9*x**2 + 4*x + 7).nroots())
sp.resultant(x**2 - 3*x + 2, x**2 - y, x)
sp.discriminant(3*x**2 - 5*x + 7, x)
sp.simplify(sp.sqrt(50) + sp.sqrt(18) - sp.sqrt(8))
sp.sqrtdenest(sp.sqrt(7 + 4*sp.sqrt(3)))
sp.radsimp(6/(sp.sqrt(5) - sp.sqrt(2)))
sp.nsimplify(0.375)
sp.expand((3 + 2*sp.I)**4)
sp.Abs(5 - 12*sp.I)
sp.simplify(sp.cos(sp.pi/5) * sp.cos(2*sp.pi/5))
sp.simplify(sp.sin(sp.pi/8)**2)
sp.tan(sp.pi/12).simplify()
sp.solve(sp.Eq((x + y)**2 - (x - y)**2, 48).subs(y, 3), x)
sp.solve(sp.Abs(2*r - 5) - 9, r)
sp.solveset(x**2 - 16, x, sp.S.Reals)
sp.solve(r**2 - 5*r + 6 < 0, r)
sp.Sum(1/(n*(n + 1)), (n, 1, 99)).doit()
sp.summation(n**3, (n, 1, 20))
sp.Sum(sp.Rational(1, 3)**n, (n, 0, sp.oo)).doit()
sp.product(1 - sp.Rational(1, 4), (n, 1, 6))
sp.limit((sp.sqrt(1 + x) - 1)/x, x, 0)
sp.diff(x**3*sp.log(x), x).subs(x, 1)
sp.integrate(3*x**2 + 2*x, (x, 0, 4))
sp.solve(sp.diff(x**3 - 12*x + 1, x), x)
sp.Rational(3, 7) + sp.Rational(5, 9)
sp.floor(sp.sqrt(2023)), sp.ceiling(sp.log(1000, 3))
sp.binomial(15, 4) * sp.factorial(5)
sp.factorint(2023 * 2024)
sp.divisor_count(10**6), sp.divisor_sigma(360)
sp.totient(1000), sp.mobius(30)
sp.ntheory.modular.crt([5, 7, 9], [2, 3, 4])
sp.mod_inverse(17, 3120)
[p for p in sp.primerange(100, 150)]
sp.nextprime(10**6), sp.prevprime(1000)
sp.Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 4]]).det()
sp.Matrix([[4, 1], [2, 3]]).eigenvals()
sp.Matrix([[1, 1], [1, 0]])**20
sp.Polygon(sp.Point(0, 0), sp.Point(6, 0), sp.Point(6, 4), sp.Point(0, 4)).area
sp.Triangle(sp.Point(0, 0), sp.Point(5, 0), sp.Point(1, 4)).circumradius
sp.Line(sp.Point(0, 1), sp.Point(2, 5)).intersection(sp.Line(sp.Point(0, 4), sp.Point(4, 0)))
sp.Circle(sp.Point(0, 0), 5).area
sp.Point(1, 2).distance(sp.Point(4, 6))
"""

_NUMERIC = """
np.linalg.solve(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([3.0, 5.0]))
np.round(np.roots([1, -6, 11, -6]), 6)
np.array([[1, 2], [3, 4]]) @ np.array([[5, 6], [7, 8]])
np.linalg.matrix_power(np.array([[1, 1], [1, 0]], dtype=object), 30)[0, 1]
int(np.sum(np.arange(1, 101) ** 2))
float(np.mean([3, 7, 8, 12, 15])), float(np.median([3, 7, 8, 12, 15]))
np.cumsum(np.arange(1, 11)).tolist()
round(float(np.trapezoid(np.sin(np.linspace(0, np.pi, 1001)), np.linspace(0, np.pi, 1001))), 4)
np.count_nonzero(np.add.outer(np.arange(1, 7), np.arange(1, 7)) == 7) / 36
float(np.linalg.norm(np.cross([1, 2, 3], [4, 5, 6])))
"""

_SCRIPTS = (
    "from itertools import permutations\n"
    "count = 0\n"
    "for p in permutations(range(1, 7)):\n"
    "    if all(p[i] != i + 1 for i in range(6)):\n"
    "        count += 1\n"
    "print(count)\n",
    "from fractions import Fraction\n"
    "def expected(n):\n"
    "    return sum(Fraction(n, k) for k in range(1, n + 1))\n"
    "print(expected(6))\n",
    "from functools import lru_cache\n"
    "@lru_cache(None)\n"
    "def ways(n, largest):\n"
    "    if n == 0:\n"
    "        return 1\n"
    "    return sum(ways(n - k, k) for k in range(1, min(n, largest) + 1))\n"
    "print(ways(40, 40))\n",
    "from sympy import symbols, Eq, solve\n"
    "def find_ages():\n"
    "    m, s = symbols('m s')\n"
    "    solution = solve((Eq(m, 3*s), Eq(m + 12, 2*(s + 12))), (m, s))\n"
    "    return solution[m]\n"
    "result = find_ages()\nprint(result)\n",
    "from sympy import symbols, solve\n"
    "a, b, c = symbols('a b c')\n"
    "solutions = solve([a + b - 7, b + c - 11, a + c - 8], [a, b, c])\n"
    "print(solutions[a] * solutions[b] * solutions[c])\n",
    "def collatz(n):\n    steps = 0\n    while n != 1:\n"
    "        n = n // 2 if n % 2 == 0 else 3 * n + 1\n        steps += 1\n    return steps\n"
    "print(max(range(1, 3000), key=collatz))\n",
    "import sympy as sp\n"
    "x = sp.symbols('x', positive=True)\n"
    "area = x * (20 - 2*x)\n"
    "best = sp.solve(sp.diff(area, x), x)[0]\n"
    "print(area.subs(x, best))\n",
    "from math import gcd\n"
    "total = 0\nfor a in range(1, 101):\n    for b in range(1, 101):\n"
    "        if gcd(a, b) == 1 and (a + b) % 10 == 0:\n            total += 1\nprint(total)\n",
    "grid = [[0] * 8 for _ in range(8)]\n"
    "for i in range(8):\n    for j in range(8):\n"
    "        grid[i][j] = 1 if 0 in (i, j) else grid[i-1][j] + grid[i][j-1]\n"
    "print(grid[7][7])\n",
    "from itertools import product\n"
    "favourable = sum(1 for r in product(range(1, 7), repeat=4) if sum(r) == 14)\n"
    "print(f'{favourable}/{6**4}')\n",
    "from itertools import combinations\n"
    "points = [(i, j) for i in range(4) for j in range(4)]\n"
    "def collinear(p, q, r):\n"
    "    return (q[0]-p[0])*(r[1]-p[1]) == (r[0]-p[0])*(q[1]-p[1])\n"
    "print(sum(not collinear(*t) for t in combinations(points, 3)))\n",
    "seen = {}\nf = [0, 1]\nwhile True:\n    f.append((f[-1] + f[-2]) % 1000)\n"
    "    if (f[-2], f[-1]) == (0, 1):\n        break\nprint(len(f) - 2)\n",
    "values = sorted({a*a + b*b for a in range(1, 30) for b in range(1, 30)})\n"
    "print([v for v in values if v % 4 == 3], len(values))\n",
    "from decimal import Decimal, getcontext\n"
    "getcontext().prec = 60\nprint(str(Decimal(1) / Decimal(97))[:52])\n",
    "import re\ndigits = ''.join(str(n) for n in range(1, 500))\n"
    "print(digits[99], len(re.findall('12', digits)))\n",
    "from collections import Counter\n"
    "sums = Counter(a + b + c for a in range(1, 9) for b in range(1, 9) for c in range(1, 9))\n"
    "print(sums.most_common(2))\n",
    "n = 100\nsieve = [True] * (n + 1)\nfor p in range(2, 11):\n    if sieve[p]:\n"
    "        for m in range(p * p, n + 1, p):\n            sieve[m] = False\n"
    "print(sum(i for i in range(2, n + 1) if sieve[i]))\n",
    "result = undefined_name + 1\n",
    "x = 10\nprint(x / (x - 10))\n",
    "low, high = 1.0, 2.0\nfor _ in range(60):\n    middle = (low + high) / 2\n"
    "    if middle ** 3 - middle - 2 > 0:\n        high = middle\n    else:\n"
    "        low = middle\nprint(round(low, 10))\n",
)

_NAMES = "x, y, z = sp.symbols('x y z')\nr = sp.Symbol('r', real=True)\nn = sp.Symbol('n')\n"

PROGRAMS = (
    *_SEARCHES.strip().splitlines(),
    *(_NAMES + line for line in _ALGEBRA.strip().splitlines()),
    *_NUMERIC.strip().splitlines(),
    *_SCRIPTS,
)
