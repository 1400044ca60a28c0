"""The answer that a text states, and whether two answers are equal.

`extract` finds it, `integer` reads it as the integer mode of AIMO does, `equality` compares. Knows
nothing of models or Lean; importing it loads no computer algebra.
"""
