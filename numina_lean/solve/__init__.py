"""SC-TIR: many traces of text and Python for one problem, and a vote over their answers."""
