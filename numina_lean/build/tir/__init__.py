"""NuminaMath-TIR: solutions in words and Python, whose programs were run and gave the answer.

`select` takes the problems that ask for a value, `sample` draws traces through `numina_lean.solve`
and tries again where it failed, `verdict` says which traces count, `blocks` writes them as the
published solutions are, `dataset` and `card` are what is published, `build` all in order.
"""
