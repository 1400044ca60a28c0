r"""Words and signs that speak for a field of mathematics, each with its weight.

A weight is roughly how many bits the sight of the cue adds; a cue counts once a text, however
often it stands there. Written by hand; docs/recipes/04-v1.5.md says how well they do, and on what.
"""

import re
from dataclasses import dataclass

from numina_lean.build.v15.guess import ProblemType


@dataclass(frozen=True, slots=True)
class Cue:
    field: ProblemType
    weight: float
    pattern: re.Pattern[str]


_TABLES: dict[ProblemType, tuple[tuple[float, str], ...]] = {
    "Algebra": (
        (3, r"\bpolynomials?\b|\bquadratic\b|\bcubic\b|\bquartic\b"),
        (3, r"\broots?\s+of\b|\b(?:has|have|real|distinct|complex|the|its)\s+roots\b"
            r"|\bcoefficients?\b"),
        (2.5, r"\bfunctions?\b|\bf\s*\(\s*x\s*\)|\\rightarrow\s*\\mathbb|\bf\s*:\s*\\mathbb"),
        (2.5, r"\bsolve\b|\bsystem\s+of\s+equations\b|\bequations?\b"),
        (2.5, r"\breal\s+(?:number|value|solution|root)s?\b|\ball\s+real\b|\bpositive\s+reals?\b"),
        (3, r"\bcomplex\s+(?:numbers?|plane)\b|\bimaginary\b|\bz\^[2-9]|\\overline\{z\}|[ab]i\)"),
        (5, r"\bremainder\b.{0,40}\$[^$]*[xz][^$]*\$.{0,20}\bdivided\b|\bdivided\s+by\s+\$[^$]*x"),
        (3, r"\(\s*-?\d+\s*,\s*-?\d+\s*\)|\bcoordinates?\s+(?:plane|of|system)\b"),
        (3, r"\blines?\b.{0,30}\by\s*=|\$?[xy]\$?[\s-]*axis|\bellipse\b"),
        (2.5, r"\bsimplify\b|\bfactor\s+(?:the|completely)\b|\bexpand\b|\brationalize\b"),
        (2, r"\bevaluate\b|\bexpression\b"),
        (3, r"\\log|\\ln(?![a-z])|\blogarithm"),
        (2, r"\\lfloor|\\lceil|\bgreatest\s+integer\b"),
        (2.5, r"\b(?:arithmetic|geometric)\s+(?:sequence|progression|series|mean)\b"),
        (2, r"\bsequence\b.{0,80}\bdefined\b|a_\{?n\s*[+-]\s*1|\brecurrence\b"
            r"|\bterms?\s+of\s+(?:the|a|this)\b"),
        (2, r"\\sum(?![a-z])|\\prod(?![a-z])|\bsum\s+of\s+(?:the\s+)?(?:infinite|series)"),
        (2.5, r"\bparabola\b|\bhyperbola\b|\bellipse\b|\bslope\b|\bintercepts?\b|\basymptote"),
        (2, r"\bgraph\s+of\b|\bdomain\b|\brange\s+of\b|\binverse\b"),
        (1.5, r"\bmatri(?:x|ces)\b|\bvectors?\b|\\begin\{pmatrix\}|\bdeterminant\b"),
        (1.5, r"\bmaximum\s+value\b|\bminimum\s+value\b|\bmaximum\s+possible\s+value\b"),
        (2, r"\binterval\s+notation\b|\binequality\b|\bvariable\b|\bconstants?\b|\bvaries\b"
            r"|\bproportional\b"),
        (1.5, r"\bvalues?\s+of\b|\bpossible\s+values\b|\bwhat\s+value\b"),
        (1, r"[a-z]\^[23]\s*[-+]|\bx\s*[-+]\s*y\b|\bxy\b|\\sqrt\{?x"),
        (1, r"\\frac\{[^{}]*[xyz][^{}]*\}"),
        (1.5, r"\bmiles\b|\bper\s+hour\b|\bpercent\b|\\%|\binterest\b|\bspeed\b|\bdollars?\b"
              r"|\\\$\d|\bcents\b"),
        (1.5, r"\btogether\b.{0,60}\bhours\b|\bdays?\s+old\b|\byears?\s+old\b|\baverage\b"),
        (1, r"\\begin\{(?:align|array|cases)"),
        (1.5, r"\bnumbers\s+such\s+that\b"),
    ),
    "Geometry": (
        (4, r"\btriangles?\b|\\triangle"),
        (3, r"\bcircles?\b(?!\s+(?:table|of\s+(?:friends|people)))|\bradi(?:us|i)\b"
            r"|\bdiameters?\b|\bchords?\b"),
        (3, r"\bangles?\b|\\angle\b|\^\{?\\circ|\bperpendicular\b|\bbisect"),
        (3, r"\b(?:in|circum)(?:scribed|circle|center|centre|radius)\b|\borthocent|\bcentroid\b"),
        (3, r"\btrapezoid\b|\bparallelogram\b|\brhombus\b|\bquadrilateral\b|\bhexagon\b"
            r"|\bpentagon\b|\boctagon\b"),
        (2, r"\bpolygons?\b|\brectangles?\b|\brectangular\b|\bsquare\s+[A-Z$]"),
        (3, r"\b(?:right|isosceles|equilateral)\b|\bhypotenuse\b|\blegs?\s+of\b|\baltitudes?\b"
            r"|\bmedians?\b"),
        (2.5, r"\bsphere|\bcones?\b|\bcylind|\bpyramid|\btetrahedr|\bprism\b|\bsurface\s+area\b"
              r"|\bvolume\b"),
        (2, r"\bareas?\b|\bperimeter\b|\bcircumference\b"),
        (2, r"\btangent\s+to\b|\btangent\s+(?:line|circle)|\binters?ect"),
        (2, r"\\overline\{?\s*[A-Z]|\bmidpoints?\b|\bsegments?\b|\bline\s+segment"),
        (1.5, r"\[asy\]"),
        (1, r"\bsides?\b|\blengths?\b|\bvertices\b|\bvertex\b|\bdiagonals?\b"),
        (1.5, r"\$?[A-Z]{2}\s*=|\$[A-Z]{3,5}\$|\bAB\b|\bABC\b"),
        (1, r"\bpoints?\b|\bplane\b|\bcube\b|\bparallel\b"),
        (1, r"\\(?:sin|cos|tan)\b.{0,12}(?:[A-C]\b|\\angle)"),
    ),
    "Number Theory": (
        (4, r"\bdivisors?\b|\bdivisib|\bdivides\b|\bdividing\b.{0,30}\binteger"),
        (4, r"\bremainders?\b|\\pmod|\\bmod|\bmodulo\b|\bcongruen(?:t|ce)\s+(?:to|modulo)|\\equiv"),
        (3.5, r"\bprimes?\b(?!\s+minister)"),
        (3.5, r"\bbase[\s-]*(?:\$?\d|ten\b|two\b|\$b|\$?[a-z]\$?)|\bin\s+base\b|\bbase-?\$?\d"
              r"|\d_\{?\d+\}?\$"),
        (3, r"\bdigits?\b"),
        (3, r"\bgcd\b|\\gcd|\blcm\b|\bgreatest\s+common\b|\bleast\s+common\b|\bmultiples?\b"),
        (3, r"\brelatively\s+prime\s+to\b|\bcoprime\b|\bprime\s+factor"),
        (2.5, r"\bperfect\s+(?:square|cube|power)|\bfactors?\s+(?:does|of\s+\$?\d)"
              r"|\bpositive\s+factors\b"),
        (2, r"\b(?:smallest|least|largest"
            r"|greatest)\s+(?:positive\s+)?(?:\w+[\s-]){0,2}(?:integer|whole|number|multiple)"),
        (2, r"\bintegers?\b.{0,60}\bsuch\s+that\b"
            r"|\ball\s+(?:pairs|positive\s+integers|integers)\b|\bordered\s+pairs\s+of\b"),
        (1.5, r"\bpositive\s+integers?\b|\bnatural\s+numbers?\b|\bwhole\s+numbers?\b"),
        (1, r"\bintegers?\b|\bodd\b|\beven\b|\bconsecutive\b"),
        (2.5, r"\bunits\s+digit|\bdecimal\s+(?:point|representation|expansion)"
              r"|\brepeating\s+decimal"),
        (2, r"\bday\s+of\s+the\s+week\b|\bleft\s+over\b|\bPythagorean\b|\bdiophantine\b"),
        (1.5, r"n!|\d!"),
        (1.5, r"\b(?:sum|product)\s+of\s+(?:the\s+|its\s+|all\s+)?(?:digits|positive|divisors"
              r"|factors)"),
    ),
    "Combinatorics": (
        (5, r"\bprobabilit"),
        (4, r"\bhow\s+many\s+(?:different\s+|distinct\s+|possible\s+)?(?:ways|arrangements"
            r"|sequences|subsets|paths|"
            r"committees|combinations|permutations|colorings|outcomes|teams|handshakes|games"
            r"|routes|words|choices)\b"),
        (3.5, r"\bnumber\s+of\s+(?:different\s+|distinct\s+|possible\s+)?(?:ways|arrangements"
              r"|sequences|subsets|paths|"
              r"permutations|colorings|orderings|functions|sets|configurations)\b"
              r"|\bin\s+how\s+many\b|\bways\b"),
        (3.5, r"\bat\s+random\b|\brandomly\b|\bexpected\s+(?:value|number)\b|\bfair\b"
              r"|\bequally\s+likely\b"),
        (3, r"\bdice\b|\bdie\b|\bcoins?\b.{0,50}\b(?:flip|toss)|\bflip|\btoss(?:es|ed)?\b"
            r"|\bheads\b|\bcards?\b|\bdeck\b"),
        (3, r"\bpermutations?\b|\bsubsets?\b|\bcommittees?\b|\barrange|\bdistinguishable\b"
            r"|\bhandshake"),
        (2, r"\bchoos(?:e|es|ing)\b|\bchosen\b|\bselect(?:s|ed)?\b|\bpicks?\b"),
        (2.5, r"\bballs\b|\bmarbles\b|\burns?\b|\bbag\b|\bboxes\b|\bsocks\b|\bseat(?:ed|s|ing)?\b"
              r"|\bround\s+table\b"),
        (2.5, r"\bcolou?r(?:s|ed|ing)?\b|\bpaint(?:ed|s)?\b"),
        (2.5, r"\bboard\b|\bgrid\b|\bchess|\brooks?\b|\btiles?\b|\btiling\b|\btournament\b"
              r"|\bteams?\b|\bplayers?\b"),
        (4, r"\bexpansion\s+of\s+\$?\(|\bin\s+the\s+expansion\b|\bPascal|\blattice\s+paths?\b"),
        (3, r"\bhow\s+many\b.{0,60}\b(?:digit|integers|numbers|triangles"
            r"|squares)\b.{0,60}\b(?:digits|have|are\s+there)\b"),
        (2.5, r"\\binom|\bPascal|\bbinomial\s+coefficient|\bgraph\s+with\b"
              r"|\bvertices\s+and\s+edges\b"),
        (1.5, r"\bletters?\b|\bwords?\b|\bpeople\b|\bstudents?\b|\bfriends?\b|\bclub\b"),
        (1.5, r"\bhow\s+many\b|\bdifferent\b|\bno\s+two\b|\badjacent\b|\brows?\b"),
        (1, r"\bcan\s+be\s+(?:formed|made|placed|chosen)|\bexactly\b|\bat\s+least\s+one\b"),
    ),
    "Calculus": (
        (5, r"\bderivative|\\int(?![a-z])|\bintegral\b(?!\s+(?:value|solution|coefficient|side))"
            r"|\bdifferentiab"),
        (5, r"\\lim(?![a-z])|\blimit\s+of\b|\bconverge|\bTaylor\b|\bf'\s*\(|\bf\^\{?\\prime"),
        (3, r"\bcontinuous\b|\bmonotonic|\bextreme\s+value|\blocal\s+(?:max|min)"
            r"|\bdifferential\s+equation"),
        (2.5, r"\btangent\s+line\s+to\s+the\s+(?:curve|graph)|e\^\{?x|\\ln\s*\(?x"),
    ),
    "Inequalities": (
        (5, r"\b(?:prove|show)\s+(?:that|the)\b.{0,200}(?:\\geq?\b|\\leq?\b|\\geqslant"
            r"|\\leqslant|≥|≤|[^\\]<|>)"),
        (4, r"\bprove\s+the\s+(?:following\s+)?inequality\b|\binequality\s+holds\b"),
        (2, r"\bpositive\s+(?:real\s+)?numbers?\b.{0,100}\b(?:prove|show)\b|\bnonnegative\s+real"),
    ),
    "Logic and Puzzles": (
        (5, r"\bknights?\b.{0,80}\b(?:liars?|knaves?)\b|\bliars?\b|\btruth-?tellers?\b"
            r"|\balways\s+(?:lies|tells)"),
        (4, r"\bcryptarithm|\bstands?\s+for\s+a\s+(?:different\s+)?digit|\bmagic\s+square\b"
            r"|\bweighings?\b"),
        (4, r"\bwinning\s+strategy\b|\btwo\s+players\b|\btake\s+turns\b|\bmatchsticks?\b"
            r"|\bhats?\b.{0,60}\b(?:colou?r|logic)"),
        (3, r"\bwhich\s+(?:one\s+)?of\s+(?:the\s+)?(?:statements|them|these)\b|\bsudoku\b"
            r"|\blogically\b"),
    ),
}  # fmt: skip

CUES: tuple[Cue, ...] = tuple(
    Cue(field, weight, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for field, rows in _TABLES.items()
    for weight, pattern in rows
)
