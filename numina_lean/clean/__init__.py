"""Cleaning a data set: repetitions go, and so does what a test set has; every row lost is explained.

Needs the extra `clean` (polars). Past one machine, `distributed` has the stages of Ray Data.
"""
