"""A folder of Lean modules as a whole: its modules, their order, and what each compiles to."""
