"""What the tactics did on 175 statements of miniF2F, PutnamBench and others: where a search starts.

`benchmarks/measure_portfolio.py --write` makes this table anew.
"""

from numina_lean.prove.order import Statistics

SHIPPED = Statistics({})
