"""Options of how problems are solved, for the commands that solve them."""

from typing import Annotated, Literal

import typer

from numina_lean.cli.options import seconds
from numina_lean.sandbox.bubblewrap import UNSAFE_OPTION
from numina_lean.solve.procedure import Early, Procedure, Weights

Verify = Literal["none", "lean"]
Format = Literal["text", "json"]

DEFAULT = Procedure()
TRACES = 96
"""Traces at work at once, where nothing else is said."""

FamilyOption = Annotated[
    str,
    typer.Option(metavar="NAME", help="How the model is asked: numina, qwen or chat."),
]
SamplesOption = Annotated[int, typer.Option(metavar="N", min=1, help="Traces of a problem.")]
RoundsOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="Texts that the model writes for one trace.")
]
TemperatureOption = Annotated[float, typer.Option(metavar="T", min=0, help="Sampling temperature.")]
TopPOption = Annotated[float, typer.Option(metavar="P", min=0, max=1, help="Nucleus.")]
MaxTokensOption = Annotated[int, typer.Option(metavar="N", min=1, help="Tokens of one text.")]
EarlyOption = Annotated[
    Early,
    typer.Option(
        help="When sampling stops before its end: once the winner cannot change (certain), "
        "or is the more frequent answer with probability --confidence (likely)."
    ),
]
ConfidenceOption = Annotated[float, typer.Option(metavar="P", help="For --early likely.")]
WeightsOption = Annotated[
    Weights, typer.Option(help="What a trace counts: clean counts less after failed programs.")
]
VerifyOption = Annotated[
    Verify,
    typer.Option(
        help="Have Lean prove or refute answers that can be stated in it: a veto, or weight."
    ),
]
RestartOption = Annotated[
    bool,
    typer.Option("--restart/--no-restart", help="Whether a text without code starts anew."),
]
KeptOption = Annotated[
    bool,
    typer.Option("--kept", help="Programs of a trace share their state, as in a notebook."),
]
OutputCharsOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="Of an output, how much the model is shown.")
]
RunSecondsOption = Annotated[
    float, typer.Option(metavar="S", callback=seconds, help="A program may take.")
]
TracesOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="Traces at work at once, over all problems.")
]
ProgramsOption = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=256, help="Programs at a time.", show_default="processors"
    ),
]
ProblemFieldOption = Annotated[str, typer.Option(metavar="COLUMN", help="Column with the problem.")]
AnswerFieldOption = Annotated[
    str, typer.Option(metavar="COLUMN", help="Column with the answer, for the accuracy.")
]
IdFieldOption = Annotated[str, typer.Option(metavar="COLUMN", help="Column with the id.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How the report is written.")]
UnsafeSolvingOption = Annotated[
    bool,
    typer.Option(
        UNSAFE_OPTION,
        help="Run what the model writes without isolation, as you. Only where you must.",
    ),
]
