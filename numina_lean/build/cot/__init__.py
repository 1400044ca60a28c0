"""NuminaMath-CoT: problems of nine sources, and those that 1.5 added, as chains of thought.

`sources` says what there is; a module a form (`competition_math`, `gsm8k`, `orca`, `forum`,
`wiki`, `papers`) reads it into rows (`row`), and `adapters` knows which. `ending` has the rules of
boxes and ■, `acceptance` what is let by, `asking` and `model_stages` what a model is asked,
`dataset` and `card` what is published, `build` all in order.
"""
