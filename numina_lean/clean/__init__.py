"""Cleaning a data set: repetitions go, and so does what a test set has; each loss is explained.

Needs the extra `clean` (polars). Past one machine, `distributed` has the stages of Ray Data.
"""
