"""Data sets in NuminaMath's published schemas, built by stages over rows.

A build is a list of stages, each a plain function from a row to a row, or to the reason why there
is none. It never holds more than the rows in flight: the rows of a stage are a journal on the
disk, which the next stage reads.

    ROW = flat(TirRow)                                    # how a row is written and read again

    def select(row: TirRow) -> TirRow | Rejected:         # a stage of plain code
        return row if row.answer else Rejected("no_answer", "there is nothing to compare with")

    async def sample(row: TirRow) -> TirRow | Rejected | Postponed:  # asks a model
        try:
            reply = await model.complete(...)
        except ModelError as error:
            return Postponed(error.detail)                # left for another run of the command
        ...

    with BuildRun(folder, "tir", settings, inputs, watch) as run:
        rows = run.read("read", source(), ROW)            # yields rows and `Rejected`
        rows = run.apply(Stage("select", select, ROW), rows)
        rows = await run.apply_async(AskingStage("pass-1", sample, ROW), rows, flight=64)
        for position, row in rows: ...  # in input order, as often as needed
        run.finish([...], {"yield": ...})  # rejected.jsonl, review.jsonl, manifest.json

Each row keeps the position that it had in the input, through all stages. The same command run
again skips what a stage's journal has; `kill -9` loses the rows in flight, and what a model had
said of them is in its `models.record.Recorder`. So a stage must be a function of its row and the
settings alone. `Rejected(..., review=True)` goes to review.jsonl: a person can settle it. What a
stage makes many rows of (samples of a problem) is one row with a tuple, or the source yields one
row for each. `run.branch`-like forks need nothing: pass the same rows to two stages.

`stage` has the types, `kept` the rows on the disk, `run` what runs them, `manifest` what is told
of a run. `cot`, `tir` and `v15` are builds.
"""
