"""The validation suites: problems with known answers, several seeds, statistics, a report.

Rows of `solve` in, numbers out. Knows nothing of how a problem is solved.
"""
