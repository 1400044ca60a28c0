"""NuminaMath-1.5: every problem with its answer, its types, and whether problem and solution hold.

Rules first, a model second. `question`, `topic` and `validity` are rules; each says what it found
and whether it is sure (`guess`). `references` puts official solutions in place of found ones,
`classify` makes a row of all rules, `asking` asks a model for what no rule was sure of, `dataset`
and `card` are what is published, `build` all in order.
"""
