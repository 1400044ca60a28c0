"""The program `numina-lean`, or `python -m numina_lean`.

Ctrl-C ends it with one word from the first moment on, not only once its modules are imported.
"""

import os
import signal
from types import FrameType


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"interrupted\n")
    os._exit(130)


def main() -> None:
    """Run the command line and exit."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
        signal.signal(signal.SIGINT, _leave)
    from numina_lean.cli import main as run

    run()


if __name__ == "__main__":
    main()
