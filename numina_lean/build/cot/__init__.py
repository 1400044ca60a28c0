"""NuminaMath-CoT: problems of nine sources, and those that 1.5 added, as chains of thought.

`sources` says what there is; a module a form (`competition_math`, `gsm8k`, `orca`, `forum`, `wiki`,
`papers`, `pairs`) reads it into rows (`row`). `ending` has the rules of boxes and ■, `asking` and
`model_stages` what a model is asked, `dataset` and `card` what is published, `build` all in order.
"""
