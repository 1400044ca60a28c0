r"""What a problem's text shows: a figure that is needed, another language, several questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numina_lean.problems.figure import needs_figure
from numina_lean.problems.language import foreign_language
from numina_lean.problems.parts import asks_several

NEEDS_A_FIGURE = [
    "Find the shaded area. [asy] draw((0,0)--(1,1)); [/asy]",
    r"What is $x$? \includegraphics[width=4cm]{tri.png}",
    "Find the angle. ![](https://cdn.mathpix.com/cropped/2024.jpg)",
    "Find $x$. <img src='a.png'>",
    r"\begin{tikzpicture}\draw (0,0) -- (1,1);\end{tikzpicture} Find the length.",
    "In the figure, $ABCD$ is a square. Find its area.",
    "As shown in the diagram, the circle touches $AB$.",
    "The diagram shows a regular hexagon. What is its area?",
    "See the figure below. How long is $PQ$?",
    "In the adjoining figure the triangles are similar.",
    "In Figure 2, find the angle $x$.",
    "A rectangle is divided into squares as shown. Find its perimeter.",
    "Look at the picture and count the cubes.",
    "On each spin of the spinner shown, the arrow stops at random.",
    "Find the area of the figure (not drawn to scale).",
    "The graph shown is that of a cubic. Find its roots.",
    "The triangle (see figure) has area 6.",
    "The figure at the right consists of six squares.",
]
NEEDS_NONE = [
    "Find the sum of the figures of $2^{100}$, written with all its digits.",
    "How many planes of symmetry does the figure have that a cube and its diagonals form?",
    "A line through the origin cuts this figure into two congruent polygons.",
    "Round $\\pi$ to four significant figures.",
    "He figured that 46 and 37 make 83. Was he right?",
    "An icosahedron is a 3-dimensional figure with 20 triangular faces.",
    "The graph of $y = x^2$ lies above the line $y = 2x - 1$. How often do they meet?",
    "Shift the graph to the left by $\\frac{\\pi}{4}$ units and find its equation.",
    "Find the image of the point $(1,2)$ under the rotation by $90^\\circ$.",
    "It can be shown that $n$ is even. Find $n$.",
    "The first rows of the triangle are shown below. $$1$$ $$1\\quad 1$$",
    "The results are shown in the table below.\n| a | b |\n|---|---|\n| 1 | 2 |\nFind the mean.",
    "Let $f$ satisfy the conditions above. Find $f(2)$.",
    "Two cards are drawn from the deck. What is the probability that both are red?",
    "A graph on $n$ vertices has no triangle; how many edges can be drawn on graph paper?",
    "How many diamonds are there in figure $F_{20}$ of the sequence?",
    "Each card has a picture of one shape: a circle, a square or a triangle.",
    "Is the angle of the drawing instrument a right angle?",
]


@pytest.mark.parametrize("text", NEEDS_A_FIGURE)
def test_a_problem_that_points_at_a_picture_needs_it(text: str) -> None:
    assert needs_figure(text)


@pytest.mark.parametrize("text", NEEDS_NONE)
def test_the_same_words_in_other_senses_need_no_picture(text: str) -> None:
    assert needs_figure(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "已知函数 $f(x)=x^2$ 有唯一零点, 则 $a$ 的值为多少?",
        "Найдите все целые числа $n$, для которых $n^2+1$ делится на $5$.",
        "Trouver tous les entiers $n$ tels que $n^2+1$ soit un nombre premier dans la liste.",
        "Sea $ABC$ un triángulo y sea $D$ el punto medio de $BC$. Demostrar que los ángulos son.",
        "Man bestimme alle natürlichen Zahlen $n$, für die $n^2 + 1$ durch $5$ teilbar ist.",
    ],
)
def test_a_text_in_another_language_is_known_by_its_letters_or_small_words(text: str) -> None:
    assert foreign_language(text)


@pytest.mark.parametrize(
    "text",
    [
        "Find all integers $n$ for which $n^2+1$ is divisible by $5$.",
        "Compute $\\sum_{n=1}^\\infty \\frac{1}{n^2}$.",
        "Évariste has 3 naïve friends in the café; how many pairs are there?",
        "Let $α$ and $β$ be the angles. Prove $\\sin α ≤ 1$.",
        "$2+2=?$",
        "",
    ],
)
def test_english_and_bare_formulas_are_not_foreign(text: str) -> None:
    assert foreign_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Let $f(x) = x^2$. (a) Find $f(2)$. (b) Prove that $f$ is even.",
        "Given an ellipse.\n(I) Find its equation;\n(II) Determine the greatest area of $ABC$.",
        "A sequence is given.\n1. Find $a_2$.\n2. If $b = 6$, find the sum.",
        "a) In how many ways can 9 people sit? b) How many if two are friends?",
    ],
)
def test_questions_under_labels_are_several(text: str) -> None:
    assert asks_several(text)


@pytest.mark.parametrize(
    "text",
    [
        "Let $f$ satisfy (i) $f(1) = 1$ and (ii) $f(2n) = n f(n)$. What is $f(8)$?",
        "What is $1+1$? (A) 1 (B) 2 (C) 3",
        "Find the greatest $n$ with (1) $n < 100$, (2) $n$ is a square.",
        "Let $g(a) = 1$ and $g(b) = 2$. Find $g(a) + g(b)$.",
        "Find $x$ and prove that it is unique.",
    ],
)
def test_a_list_of_conditions_is_one_question(text: str) -> None:
    assert asks_several(text) is None


@given(st.text(max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    needs_figure(text)
    foreign_language(text)
    asks_several(text)
