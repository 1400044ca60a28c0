"""The equalities of a worked solution, each checked by Lean: find, read, ask, judge."""
