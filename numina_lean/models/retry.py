"""When a failed attempt is made again: exponential pauses, with full jitter."""

import random

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
LONGEST_REQUESTED_PAUSE = 600.0


class TransientError(Exception):
    """This attempt failed; another may not. `pause`: seconds that the server asks to wait."""

    def __init__(self, detail: str, pause: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pause = pause


def pause_before(attempt: int, requested: float | None, chance: random.Random) -> float:
    """Seconds before attempt `attempt` (1 is the first retry): exponential with full jitter, and
    after what the server asked for.
    """
    most = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    return (requested or 0.0) + chance.uniform(0.0, most)
