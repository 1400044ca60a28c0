r"""Pairs of answers, equal and not: what `equality` decides, case by case. See docs/answers.md."""

import pytest

from numina_lean.answers.equality import equal

EQUAL: dict[str, list[tuple[str, str]]] = {
    "integers": [
        ("5", "5.0"), ("5", "05"), ("-3", "−3"), ("+7", "7"), ("1,000", "1000"),
        ("1{,}000", "1000"), (r"1\,000", "1000"), (r"1,\!000,\!000", "1000000"),
        ("12,345,678", "12345678"), ("2^{10}", "1024"), ("3^2", "9"), ("5!", "120"),
        (r"\binom{5}{2}", "10"), (r"\sqrt{16}", "4"), (r"\sqrt[3]{-8}", "-2"), ("10^3", "1000"),
        (r"\left\lfloor 3.7\right\rfloor", "3"), (r"\lceil 3.2\rceil", "4"), ("|-4|", "4"),
        (r"2 \cdot 3", "6"), (r"2\times 3", "6"), ("2*3", "6"), ("25 ÷ 5", "5"), ("four", "4"),
        (r"\mbox{four}", "4"), (r"\text{Twelve}", "12"), ("15^{th}", r"15^{\text{th}}"),
        (r"5\text{th}", "5"), ("$5$", "5"), (r"\(5\)", "5"), (r"\[5\]", "5"), ("5.", "5"),
        (r"\boxed{5}", "5"), (r"\mathbf{5}", "5"), ("3 + 4 = 7", "7"),
        ("1{,}234{,}567", "1,234,567"), ("2**3", "8"), (r"\gcd(12, 18)", "6"),
    ],
    "fractions": [
        (r"\frac12", r"\frac{1}{2}"), ("10 000", "10000"), (r"\sqrt{3+2\sqrt2}-1-\sqrt2", "0"),
        (r"\dfrac{1}{2}", r"\tfrac12"), (r"\frac{1}{2}", "1/2"),
        (r"\frac{1}{2}", "0.5"), (r"\frac{1}{2}", ".5"), ("½", r"\frac12"), ("2½", "2.5"),
        (r"\frac{2}{4}", r"\frac12"), (r"-\frac{1}{2}", r"\frac{-1}{2}"), ("-1/2", r"\frac{1}{-2}"),
        (r"2\frac12", r"\frac52"), (r"2\frac{1}{2}", "2.5"), ("2 1/2", "5/2"),
        (r"-2\frac12", "-2.5"), (r"10\frac{1}{12}", r"\frac{121}{12}"), (r"\frac 35", "0.6"),
        (r"\frac {40}7", r"\frac{40}{7}"), (r"\frac{1}{3}", r"0.\overline{3}"),
        (r"0.1\overline{6}", r"\frac16"), (r"\frac{10}{2}", "5"), (r"\frac{12}{5,525}", "12/5525"),
        (r"\cfrac{3}{4}", "0.75"), ("3⁄4", "0.75"), (r"\frac{1}{\frac{1}{2}}", "2"),
        (r"\left(\frac{1}{2}\right)", "0.5"), (r"{\frac{3}{4}}", "3/4"), ("0.50", "0.5"),
    ],
    "decimals": [
        ("0.333333", r"\frac13"), ("3.14159", r"\pi"), ("1.414214", r"\sqrt2"),
        ("21.000000000000004", "21"), ("0.30000000000000004", "0.3"), ("2.49999999999", "2.5"),
        ("3.2e5", "320000"), (r"3.2 \times 10^5", "320000"), (r"3.2\times10^{5}", "3.2e5"),
        (r"6.02 \cdot 10^{23}", "6.02e23"), (r"1.5\times 10^{-3}", "0.0015"), ("1E3", "1000"),
        ("2.0943951", r"\frac{2\pi}{3}"), ("-0.5235988", r"-\frac{\pi}{6}"),
    ],
    "surds and constants": [
        (r"\sqrt2", r"\sqrt{2}"), (r"2\sqrt{3}/3", r"2/\sqrt3"),
        (r"\frac{2\sqrt{3}}{3}", r"\frac{2}{\sqrt{3}}"), (r"\sqrt{8}", r"2\sqrt{2}"),
        ("√2", r"\sqrt2"), ("2√3", r"2\sqrt{3}"), ("√(12)", r"2\sqrt3"),
        (r"\sqrt{12}", r"2 \cdot \sqrt{3}"), (r"\frac{1}{\sqrt{2}}", r"\frac{\sqrt2}{2}"),
        (r"(1+\sqrt5)/2", r"\frac{1+\sqrt{5}}{2}"), (r"\sqrt{3+2\sqrt{2}}", r"1+\sqrt2"),
        ("2^{1/2}", r"\sqrt{2}"), (r"\sqrt[3]{16}", r"2\sqrt[3]{2}"), ("2π", r"2\pi"),
        ("2pi", r"2\pi"), (r"\frac{\pi}{2}", r"\frac12\pi"), ("e^2", "e^{2}"), (r"\ln e", "1"),
        (r"\log_2 8", "3"), (r"\log_{10} 100", "2"), (r"\sin 30^\circ", r"\frac12"),
        (r"\cos\frac{\pi}{3}", "0.5"), (r"\tan(\pi/4)", "1"), (r"e^{i\pi}", "-1"),
        (r"\frac{9-\sqrt{3}}{6}", r"\frac32-\frac{\sqrt3}{6}"), ("sqrt(2)", r"\sqrt{2}"),
        (r"\sqrt{2}\sqrt{3}", r"\sqrt{6}"), ("∞", r"\infty"), (r"+\infty", r"\infty"),
        ("2^{100000}", "4^{50000}"), (r"\arctan 1", r"\frac{\pi}{4}"), (r"\ln 8", r"3\ln 2"),
    ],
    "complex numbers": [
        ("3+4i", "4i+3"), ("-i", "-1i"), ("i^2", "-1"), (r"\frac{1}{i}", "-i"), ("(1+i)^2", "2i"),
        (r"\frac{11}{5} - \frac{2}{5}i", r"\frac{11-2i}{5}"), ("|3+4i|", "5"),
    ],
    "units": [
        (r"5\text{ cm}", "5"), (r"5\text{ cm}", r"5\,\mathrm{cm}"), ("5 cm^2", "5"),
        ("5 cm²", r"5\text{ cm}^2"), (r"5\text{ square centimeters}", r"5\text{ cm}^2"),
        ("5 centimeters", "5 cm"), (r"\$5", "5"), (r"\$5", "$5"), (r"\$5", r"5\text{ dollars}"),
        ("5 dollars", "$5"), (r"\$1.50", "1.5"), (r"\$4,813.24", "4813.24"),
        ("60 mph", r"60\text{ miles per hour}"), ("60 mph", "60"), (r"7\text{ hours}", "7 hours"),
        (r"13.5\text{ pounds}", "13.5 lb"), ("5 apples", "5"), ("3 m/s", "3"),
        (r"20\text{ sq units}", "20"), (r"18 \text{ degrees}", r"18^\circ"), (r"90^\circ", "90"),
        ("90°", r"90^{\circ}"), (r"90 \degree", r"90^\circ"), (r"50\%", "50"), (r"50\%", "0.5"),
        (r"50\%", r"\frac12"), ("50%", r"50\text{ percent}"), ("12.5%", r"12.5\%"),
        (r"14\text{ right triangles}", "14"), (r"5\text{ m}", "5"),
        (r"\sqrt{2}\text{ cm}", r"\sqrt2"), ("5 feet", "5 ft"), ("1 foot", "1 ft"),
        (r"36\pi\text{ cubic inches}", r"36\pi"), (r"0.67\text{ dollars}", r"\$0.67"), ("€5", "5"),
        (r"9\text{ min}", "9 minutes"), (r"40^\circ\text{C}", r"40^\circ C"), ("5 units", "5"),
        (r"-\$5", "-5"),
    ],
    "tuples, intervals, sets": [
        ("(1,2)", "(1, 2)"), (r"\left(1,2\right)", "(1,2)"), (r"(\frac12, 3)", "(0.5, 3)"),
        ("(1, 2, 3)", r"\langle 1,2,3\rangle"), (r"\{1,2\}", r"\{2,1\}"),
        (r"\left\{1,2\right\}", "{1,2}"), ("1,2", "2, 1"), ("1 and 2", "1, 2"),
        (r"1\text{ and }2", r"\{1,2\}"), (r"2, 3, \text{ and } 4", "4, 3, 2"),
        (r"6, 8\text{, and }10", "6,8,10"), (r"\{1,1,2\}", r"\{1,2\}"), (r"\{5\}", "5"),
        (r"[1,\infty)", r"[1, +\infty)"), (r"[1,\infty)", r"x \ge 1"), (r"[1,\infty)", r"x \geq 1"),
        ("(1,2]", r"1<x\le2"), ("(1,2)", "1 < x < 2"), ("(1,2]", r"2 \ge x > 1"),
        (r"x\in[1,2]", "[1,2]"), (r"(-\infty,1)\cup(1,\infty)", r"(1,\infty)\cup(-\infty,1)"),
        (r"\mathbb{R}\setminus\{1\}", r"(-\infty,1)\cup(1,\infty)"), (r"(0,1)\cup[1,2)", "(0,2)"),
        (r"\mathbb{R}", r"(-\infty,\infty)"), (r"\mathbb R", r"\text{all real numbers}"),
        (r"\emptyset", r"\varnothing"), (r"\text{no solution}", r"\emptyset"),
        (r"x<-1 \text{ or } x>3", r"(-\infty,-1)\cup(3,\infty)"), ("(1,2),(3,4)", "(3,4), (1,2)"),
        ("(1,200)", "(1, 200)"), (r"\{\frac12,\sqrt2\}", r"\{\sqrt{2}, 0.5\}"),
        (r"\{1\}\cup\{2\}", r"\{1,2\}"), ("[1,2]", r"1\le x\le 2"),
        (r"(\sqrt8, 1)", r"(2\sqrt2, 1)"), ("(1,2) ∪ (3,4)", r"(1,2)\cup(3,4)"),
        (r"45^\circ, 135^\circ", "135, 45"), ("[0,1) U [0,2)", "[0,1) U [0,2)"),
    ],
    "matrices": [
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1 & 2\\3 & 4\\\end{pmatrix}"),
        (r"\begin{pmatrix}0.5\\1\end{pmatrix}", r"\begin{pmatrix}\frac12\\1\end{pmatrix}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", "(1,2)"),
        (r"\left[\begin{matrix}1\\2\end{matrix}\right]", r"\begin{pmatrix}1\\2\end{pmatrix}"),
        (r"A=\begin{pmatrix}1&0\\0&1\end{pmatrix}", r"\begin{pmatrix}1&0\\0&1\end{pmatrix}"),
        (r"\begin{pmatrix}\sqrt{8}\\1\end{pmatrix}", r"\begin{pmatrix}2\sqrt2\\1\end{pmatrix}"),
        (r"\left(\begin{array}{c}1\\2\end{array}\right)", r"\begin{pmatrix}1\\2\end{pmatrix}"),
    ],
    "base-n numerals": [
        ("1011_2", "11"), ("2112_6", "2112_{6}"), ("23_{(5)}", "23_5"), ("23_5", "13"),
        ("1011_{2}", "23_{4}"), ("-221_3", "-221_{3}"), ("2A_{16}", "42"), ("43_5.", "43_5"),
    ],
    "plus-minus": [
        (r"\pm 3", "3, -3"), (r"\pm3", r"\{-3, 3\}"), (r"1\pm\sqrt2", r"1+\sqrt2, 1-\sqrt2"),
        ("±2", r"\pm 2"), (r"x=\pm 2", r"x=2 \text{ or } x=-2"),
        (r"\frac{3\pm\sqrt5}{2}", r"\frac{3-\sqrt5}{2}, \frac{3+\sqrt5}{2}"),
        (r"\pm 2i", "2i, -2i"),
    ],
    "multiple choice": [
        (r"\text{(B)}", "B"), ("(B)", "B"), ("B", r"\textbf{(B)}"), ("(B) 12", "B"),
        ("(B) 12", "12"), (r"\textbf{(B)}\ 12", "12"), (r"\textbf{(A) }-2", "-2"), ("B. 12", "12"),
        ("C) 5", "5"), (r"\mathrm{(E)}\ \frac{1}{2}", "0.5"), ("25 (C)", "C"), ("25 (C)", "25"),
        (r"784 \Rightarrow E", "784"), (r"\textbf{C } \frac52", "C"), (r"25\%, (C)", "C"),
        ("(b)", "B"), (r"\text{B,E}", "B, E"), (r"\text{A,B}", r"\text{B, A}"), ("B.", "B"),
        (r"\boxed{\textbf{(D)}~7}", "7"), ("(A) (1,2)", "(1,2)"),
        (r"12 \implies \mathrm{(C)}", "C"),
    ],
    "names and equations": [
        ("x = 3", "3"), ("x=3", "3=x"), (r"x=1\text{ or }x=2", "1, 2"), ("x=1 or x=2", "x=2, x=1"),
        ("x=1, y=2", "y=2, x=1"), ("x=1,y=2", "(1,2)"), ("x = 1, 2", "1,2"), ("y=2x+1", "2x+1"),
        ("y=2x+1", "2x-y+1=0"), ("2x+2y=4", "x+y=2"), ("f(x)=x^2", "x^2"),
        ("f(x) = 2x", "f(x)=x+x"), ("y = -47/8", r"-\frac{47}{8}"), ("AB=12", "12"),
        ("x^2+y^2=4", "4=x^2+y^2"), (r"r \approx 6.2", "r=6.2"),
        (r"\$\dfrac23 \approx \$0.67", r"\frac23"), ("x_1 = 3", "3"),
        (r"\theta = 30^\circ", r"30^\circ"), ("2x - y > 3", "y < 2x - 3"),
        (r"\text{Area} = 12", "12"), (r"x \ne 2", r"x\neq 2"),
    ],
    "polynomials and expressions": [
        ("x^2+2x+1", "(x+1)^2"), ("x^2+2x+1", "1+2x+x^2"), ("2(x+1)", "2x+2"),
        ("(x-1)(x+1)", "x^2-1"), ("ab", "ba"), ("xy", "x y"), ("2xy", r"2\cdot y\cdot x"),
        (r"\frac{x}{2}", "x/2"), (r"\frac{8-7x}{6}", r"\frac43-\frac76x"),
        (r"\frac{x^2-1}{x-1}", "x+1"), (r"\sin^2 x+\cos^2 x", "1"), (r"2\sin x\cos x", r"\sin 2x"),
        (r"\cos^2\alpha", r"(\cos \alpha)^2"), ("x^{-1}", r"\frac1x"),
        ("2^{n-1}", r"\frac{2^n}{2}"), ("n(n+1)/2", r"\frac{n^2+n}{2}"), ("x^{10}", "x^10"),
        (r"42x\sqrt{5x}", r"42\sqrt{5}x^{3/2}"), ("a_1+a_2", "a_2+a_1"),
        (r"\binom{2n}{n}", r"\frac{(2n)!}{n!\,n!}"), (r"\sqrt{x}", "x^{1/2}"),
        ("(3x+7)(x+1)", "3x^2+10x+7"), (r"\ln(x)", r"\ln x"),
        (r"\frac{1}{x}+\frac{1}{y}", r"\frac{x+y}{xy}"),
        ("(a + b)(a + c)(b + c)", "(b+c)(c+a)(a+b)"), (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}"),
    ],
    "words and times": [
        (r"\text{Yes}", "yes"), ("Yes.", "yes"), (r"\text{Monday}", "monday"),
        ("3:30", r"3\!:\!30"), ("3:30", r"3:30 \text{ p.m.}"), ("05:00", "5:00"), ("2:3", "2 : 3"),
        (r"\text{even}", "even"), (r"\text{Softball, Kickball}", "kickball, softball"),
        ("True", "true"), ("3:30 pm", r"3:30\text{ p.m.}"),
    ],
    "spelling": [
        ("2 · 3", "6"), ("x²", "x^2"), ("x³+1", "x^3+1"), ("H₂", "H_2"), ("５", "5"), (r"5\ ", "5"),
        ("  5  ", "5"), (r"\displaystyle\frac12", r"\frac12"), (r"\boxed{\boxed{5}}", "5"),
        ("**5**", "5"), ("`5`", "5"), (r"\text{5}", "5"), (r"\mathrm{5}", "5"),
        ("a ≤ b", r"a \leq b"), ("{5}", "5"), (r"$\frac{1}{2}$ cm", "1/2"),
    ],
}  # fmt: skip

UNEQUAL: dict[str, list[tuple[str, str]]] = {
    "integers": [
        ("5", "6"), ("5", "-5"), ("5", "50"), ("3.9999", "4"), ("3.9999999", "4"), ("4.0001", "4"),
        ("3.5", "4"), ("3.5", "3"), ("1,000", "1"), ("1,000", "(1,0)"), ("1000000", "1000001"),
        ("123456789012345", "123456789012346"), ("123456789012345", "123456789012345.1"),
        ("10^{20}", "10^{20}+1"), ("2^{10}", "2^{11}"), ("5!", "5"), ("12", "21"),
        ("0", "0.0000001"), ("0", ""), ("5", ""), ("2^{100000}", "2^{100001}"),
        ("1", r"\frac{999999}{1000000}"),
    ],
    "fractions": [
        (r"\frac12", r"\frac21"), (r"\frac12", "12"), (r"2\frac12", "1"),
        (r"2\frac12", r"\frac{2}{12}"), ("2 1/2", "21/2"), (r"\frac13", "0.33"),
        (r"\frac13", "0.333"), (r"\frac13", "0.3333"), (r"0.\overline{3}", "0.3"),
        (r"\frac{1}{2}", r"-\frac12"), ("1/2", "1/3"), (r"\frac{355}{113}", r"\pi"),
        (r"\frac{22}{7}", r"\pi"), (r"\frac{1}{2}", "2"), ("1/2/3", "1/(2/3)"),
        (r"\frac{665857}{470832}", r"\sqrt2"),
    ],
    "decimals": [
        ("3.14", r"\pi"), ("3.1416", r"\pi"), ("1.41", r"\sqrt2"), ("0.8571", r"\frac67"),
        ("1234567.5", "1234567.6"), ("0.1", "0.11"), ("3.2e5", "3.2e6"),
        (r"3.2\times 10^5", r"3.2\times10^{-5}"), ("2.5", "25"), ("0.05", "0.5"), ("1.0", "1.1"),
        ("2.718", "e"), (r"3.2 \times 10^5", "3.2"),
    ],
    "surds and constants": [
        (r"\sqrt2", "2"), (r"\sqrt{2}", r"\sqrt{3}"), (r"2\sqrt3", r"3\sqrt2"),
        (r"\sqrt{23}", r"2\sqrt3"), (r"\sqrt2+\sqrt3", r"\sqrt5"), (r"\sqrt[3]{2}", r"\sqrt{2}"),
        (r"\pi", "e"), (r"2\pi", r"\pi^2"), (r"e^{\pi\sqrt{163}}", "262537412640768744"),
        (r"\log_2 8", r"\log_8 2"), (r"\sin 30", r"\sin 30^\circ"), (r"\ln 2", r"\log_{10} 2"),
        (r"\infty", r"-\infty"), (r"\infty", "1000000000"), (r"\sqrt{10^{20}+1}", "10^{10}"),
        (r"\frac{1}{\sqrt2}", r"\sqrt2"), (r"\sqrt{\sqrt{2}}", r"\sqrt2"),
    ],
    "complex numbers": [
        ("3+4i", "3-4i"), ("3+4i", "4+3i"), ("i", "1"), ("i", "-i"), ("2i", "2"), ("|3+4i|", "7"),
    ],
    "units": [
        (r"5\text{ cm}", r"5\text{ m}"), ("5 cm", "5 cm^2"), (r"5\text{ cm}", r"6\text{ cm}"),
        (r"\$5", "5 cents"), ("5 hours", "5 minutes"), (r"\$5", r"\$50"),
        (r"30^\circ", r"60^\circ"), (r"50\%", r"5\%"), (r"50\%", "5"), (r"50\%", "0.05"),
        ("50%", "$50"), ("0.5", "50"), ("5 apples", "5 oranges"), ("60 mph", "60 kph"),
        ("5 feet", "5 inches"), (r"40^\circ C", r"40^\circ F"),
        (r"5\text{ cm}^2", r"5\text{ cm}^3"), ("5x", "5"), ("€5", r"\$5"),
    ],
    "tuples, intervals, sets": [
        ("(1,2)", "(2,1)"), ("(1,2)", "[1,2]"), ("(1,2)", "(1,2]"), ("[1,2)", "(1,2]"),
        ("(1,2)", r"\{1,2\}"), ("(1,2)", "1,2"), (r"\{1,2\}", r"\{1,2,3\}"),
        (r"\{1,2\}", r"\{1,3\}"), ("1,2", "1"), ("2", "1,2"), ("1,2", "12"), ("(1,2,3)", "(1,2)"),
        ("(1,2,3)", "(1,3,2)"), (r"[1,\infty)", r"(1,\infty)"), (r"(-\infty,1)", r"(1,\infty)"),
        ("x>1", r"x\ge1"), ("x > 1", "x < 1"), ("(1,2]", r"1\le x\le2"),
        (r"(0,1)\cup(1,2)", "(0,2)"), (r"(0,1)\cup(2,3)", r"(0,1)\cup(2,4)"),
        (r"\mathbb{R}", r"\mathbb{R}\setminus\{0\}"), (r"\emptyset", "0"), (r"\emptyset", r"\{0\}"),
        ("1, 1, 2", "1, 2, 2"), ("(1,2),(3,4)", "(1,3),(2,4)"), ("(1,2),(3,4)", "(1,2)"),
        ("(1,200)", "1200"), (r"\{1,2\}", "[1,2]"), ("(1,2)", "3"), (r"\{(1,2)\}", r"\{(2,1)\}"),
        ("[1,2]", "1.5"), (r"(1,\infty)", "1"), (r"\text{no solution}", "0"),
    ],
    "matrices": [
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}2\\1\end{pmatrix}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", "(2,1)"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{vmatrix}1&2\\3&4\end{vmatrix}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1\\2\\0\end{pmatrix}"),
    ],
    "base-n numerals": [
        ("1011_2", "1011"), ("2112_6", "21126"), ("2112_6", "2112"), ("23_5", "23_6"),
        ("23_5", "235"), ("10_2", "10_3"), ("9_8", "9"),
    ],
    "plus-minus": [
        (r"\pm 3", "3"), (r"\pm3", "-3"), (r"1\pm\sqrt2", r"1+\sqrt2"), (r"\pm 2", r"\pm 3"),
        (r"x=\pm 2", "x=2"), (r"1\pm2", "3, 1"),
    ],
    "multiple choice": [
        ("(A), (C)", "C"), ("(A) and (C)", "A"), ("1/0", "2/0"),
        ("x2", "2x"), ("f(A)", "A"), ("P (A)", "A"),
        ("A", "B"), (r"\text{(A)}", r"\text{(B)}"), ("(B) 12", "(C) 12"), ("(B) 12", "13"),
        ("(B) 12", "(B) 13"), ("(B)", "12"), ("B", "2"), ("B", "b"), (r"\text{A,B}", "A"),
        ("E", "e"), ("25 (C)", "(D)"), ("(A) 1", "(B) 1"), ("AB", "BA"), ("ABC", "ACB"),
    ],
    "names and equations": [
        ("x=3", "y=3"), ("x = 3", "4"), ("x=1 or x=2", "x=1"), ("x=1, y=2", "x=2, y=1"),
        ("x=1,y=2", "(2,1)"), ("y=2x+1", "y=2x-1"), ("y=2x+1", "2x+y+1=0"), ("x+y=2", "x+y=3"),
        ("f(x)=x^2", "x^3"), ("x>3", "x=3"), ("2x-y>3", "2x-y<3"), (r"x\ne2", "x=2"),
        (r"x+y\ge2", "x+y>2"), ("x^2+y^2=4", "x^2+y^2=2"), ("x=3", "x"), ("3=4", "3"),
        ("y=2x", "x=2y"),
    ],
    "polynomials and expressions": [
        ("x^2+2x+1", "x^2+2x-1"), ("(x+1)^2", "x^2+1"), ("x^2", "2x"), ("x^2", "x^3"),
        ("xy", "x+y"), ("x/2", "2/x"), ("x", "y"), ("2x", "2y"), (r"\sin x", r"\cos x"),
        (r"\sin^2 x", r"\sin x^2"), (r"\sqrt{x^2}", "x"), ("|x|", "x"), ("2^{n}", "n^2"),
        ("n!", "n"), ("(n+1)!", "n!+1"), ("a_1", "a_2"), (r"\frac{1}{x+y}", r"\frac1x+\frac1y"),
        ("x^{12}", "x^1 2"), ("x-y", "y-x"), (r"\binom{n}{2}", r"\binom{2}{n}"), ("-x^2", "(-x)^2"),
        (r"\ln(x+y)", r"\ln x+\ln y"), ("1/2x", r"\frac{1}{2x}"), ("e^{x}", "ex"),
        (r"\sum_{k=1}^{n} k", r"\frac{n(n-1)}{2}"),
    ],
    "words and times": [
        ("yes", "no"), (r"\text{Monday}", r"\text{Sunday}"), ("3:30", "3:31"), ("3:30", "1:10"),
        ("3:30 a.m.", "3:30 p.m."), ("2:3", "3:2"), ("2:3", r"\frac23"), ("orange", "5"),
        ("true", "false"), (r"\text{odd}", r"\text{even}"), ("3:30", "330"), ("north", "south"),
        ("none", "0"),
    ],
    "spelling": [
        ("x²", "x2"), ("5", "S"), ("0", "O"), ("1", "l"), ("x₂", "x^2"), ("½", "12"), ("−5", "5"),
        (r"\frac{1}{2", "2"), ("", " 0"), (r"\{", r"\}"), ("{", "}"), (r"\undefined{3}", "3"),
    ],
}  # fmt: skip


def cases(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return [pair for pairs in table.values() for pair in pairs]


def ids(table: dict[str, list[tuple[str, str]]]) -> list[str]:
    return [f"{name}-{at}" for name, pairs in table.items() for at in range(len(pairs))]


@pytest.mark.parametrize(("one", "other"), cases(EQUAL), ids=ids(EQUAL))
def test_equal_answers_are_equal_both_ways(one: str, other: str) -> None:
    assert equal(one, other)
    assert equal(other, one)


@pytest.mark.parametrize(("one", "other"), cases(UNEQUAL), ids=ids(UNEQUAL))
def test_answers_that_look_alike_and_differ_are_unequal_both_ways(one: str, other: str) -> None:
    assert not equal(one, other)
    assert not equal(other, one)


def test_the_table_has_no_pair_twice() -> None:
    pairs = [frozenset(pair) for pair in (*cases(EQUAL), *cases(UNEQUAL))]
    assert len(pairs) == len(set(pairs))
