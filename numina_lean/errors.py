"""The errors a user of the command line meets, each with the exit code it ends the command with.

Every message is one line that says what is wrong, where, and what to do next. Errors that
only travel inside the program (a session that died, a check that ran out of time) live beside
the interface that raises them.
"""


def first_line(error: BaseException) -> str:
    """What an error of somebody else's says, in a line; its type where it says nothing."""
    return (str(error).strip() or type(error).__name__).split("\n")[0]


class NuminaError(Exception):
    """Base of all errors shown to the user as `error: <message>`; `exit_code` ends the command."""

    exit_code = 2


class InputError(NuminaError):
    """The command cannot start or go on with the input or the options it was given."""


class EngineUnavailableError(NuminaError):
    """No Lean can run: not installed, not reachable, or broken. The message names the remedy."""

    exit_code = 3
