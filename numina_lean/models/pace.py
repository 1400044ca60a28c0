"""How fast an endpoint may be asked: requests and tokens a minute, and pauses that it asks for.

Clock and sleep are arguments, so that a test runs an hour in no time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

_MINUTE = 60.0
_BURST_SECONDS = 1.0
_ROUNDING = 1e-6


class Bucket:
    """A bucket of tokens that fills at `per_minute`, holding what comes in one second.

    `take` waits until the bucket holds the amount or, if that is more than it can hold, is full;
    then it takes all of it, in debt if need be. So the mean rate is kept for amounts of any size.
    First come, first served.
    """

    def __init__(self, per_minute: float, clock: Clock, sleep: Sleep) -> None:
        self._rate = per_minute / _MINUTE
        self._most = self._rate * _BURST_SECONDS
        self._level = self._most
        self._clock = clock
        self._sleep = sleep
        self._seen = clock()
        self._turn = asyncio.Lock()

    async def take(self, amount: float) -> None:
        async with self._turn:
            self._fill()
            needed = min(amount, self._most) - _ROUNDING
            while self._level < needed:
                await self._sleep((needed - self._level) / self._rate + _ROUNDING)
                self._fill()
            self._level -= amount

    def give_back(self, amount: float) -> None:
        """Of what was taken, what was not used; negative where more was used than was taken."""
        self._level = min(self._level + amount, self._most)

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._level + (now - self._seen) * self._rate, self._most)
        self._seen = now


class Pace:
    """Both buckets, where the user set limits, and the moment until which nothing is sent."""

    def __init__(
        self,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._requests = requests_per_minute and Bucket(requests_per_minute, clock, sleep)
        self._tokens = tokens_per_minute and Bucket(tokens_per_minute, clock, sleep)
        self._clock = clock
        self._sleep = sleep
        self._closed_until = clock()

    async def start(self, tokens: int) -> None:
        """Wait for the turn of a request that is expected to take so many tokens."""
        while (wait := self._closed_until - self._clock()) > 0:
            await self._sleep(wait)
        if self._requests:
            await self._requests.take(1)
        if self._tokens:
            await self._tokens.take(tokens)

    def settle(self, expected: int, used: int) -> None:
        """Say what the request took in the end."""
        if self._tokens:
            self._tokens.give_back(expected - used)

    def pause(self, seconds: float) -> None:
        """Start nothing for so long: the server said so, and it holds for all tasks."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)
