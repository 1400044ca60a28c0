"""Models from data: two-stage fine-tuning and its ablations, by TRL's trainers.

A run is a recipe (`recipe`) in a folder (`run`). For fine-tuning, rows become examples (`examples`,
`template`), tokens (`tokens`) and full blocks (`packing`, `prepare`); `preflight` says what will
happen, with `memory` and `hardware`; `sft` trains, in one process or several (`launch`, `worker`),
and `metrics` keeps what it logs. `arguments` and `metrics` serve the other trainers too.
"""
