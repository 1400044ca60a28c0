"""Between the requests and the pool: whose item goes next, and what becomes of work nobody wants.

Requests take turns, an item each, so that a large batch does not keep a small one waiting. Only
`window` items are with the pool at a time; the rest wait here, without end: a wait is never an
error. What is admitted is bounded (`FullError`), so that the memory is, too. All of this lives on
one event loop.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from types import TracebackType

from numina_lean.check.checker import Checker
from numina_lean.check.queue import QueueClosedError
from numina_lean.check.verdict import Item, Outcome


class FullError(Exception):
    """As much waits as may. Nothing of the request was taken in: it may be sent again later."""


class ClosedError(Exception):
    """The service is ending; what the order still waits for gets no outcome from it."""


class LeftError(Exception):
    """Whoever ordered has gone."""


Observer = Callable[[Outcome, float], None]
"""Is told of each outcome, and how many seconds after its order was placed it came."""

Failed = Callable[[Item, Exception], Outcome]
"""The outcome of an item for which the checker raised instead, which none should."""


UNREAD = 64 << 20
"""Characters of Lean's output that an order holds for a client that does not take them."""


class Desk:
    """`window`: items with the checkers at a time. `bound`, `bound_characters`: what may wait."""

    def __init__(
        self,
        window: int,
        bound: int,
        bound_characters: int,
        failed: Failed,
        observe: Observer = lambda outcome, seconds: None,
    ) -> None:
        self._window = window
        self._bound = bound
        self._bound_characters = bound_characters
        self._failed = failed
        self._observe = observe
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns: deque[Order] = deque()
        self._open: set[Order] = set()
        self._closed = False
        self.waiting = 0
        self.waiting_characters = 0
        self.running = 0

    @property
    def orders(self) -> int:
        """How many orders are not finished."""
        return len(self._open)

    def order(self, checker: Checker, items: Sequence[Item]) -> "Order":
        """Take in `items`, to be answered by `checker`. Raises `FullError`, `ClosedError`."""
        if self._closed:
            raise ClosedError("the service is ending")
        characters = sum(map(_characters, items))
        if self.waiting and (
            self.waiting + len(items) > self._bound
            or self.waiting_characters + characters > self._bound_characters
        ):
            raise FullError(f"{self.waiting} items are waiting; send this again later")
        self._loop = asyncio.get_running_loop()
        order = Order(self, checker, items)
        self.waiting += len(items)
        self.waiting_characters += characters
        self._open.add(order)
        self._turns.append(order)
        self._fill()
        return order

    def close(self) -> None:
        """Take in nothing more, and end all orders with `ClosedError`."""
        self._closed = True
        for order in list(self._open):
            order.end(ClosedError("the service is ending"))

    def _fill(self) -> None:
        """Give the checkers what they have room for, one item of each order in turn."""
        while self._turns and self.running < self._window:
            order = self._turns.popleft()
            index, item = order.waiting.popleft()
            if order.waiting:
                self._turns.append(order)
            self.waiting -= 1
            self.waiting_characters -= _characters(item)
            self._start(order, index, item)

    def _start(self, order: "Order", index: int, item: Item) -> None:
        try:
            future = order.checker.submit(item)
        except Exception as error:  # noqa: BLE001 - a defect of one item may not cost the others
            future = Future()
            future.set_exception(error)
        self.running += 1
        order.running.add(future)
        future.add_done_callback(partial(self._call_done, order, index, item))

    def _call_done(self, order: "Order", index: int, item: Item, future: Future[Outcome]) -> None:
        """In whatever thread made the outcome."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._done, order, index, item, future)
        except RuntimeError:  # the loop has ended, and with it all who would listen
            return

    def _done(self, order: "Order", index: int, item: Item, future: Future[Outcome]) -> None:
        self.running -= 1
        order.running.discard(future)
        try:
            outcome = future.result()
        except (FutureCancelledError, QueueClosedError):
            order.end(ClosedError("the service is ending"))
        except Exception as error:  # noqa: BLE001 - a defect of one item may not cost the others
            self._answered(order, index, self._failed(item, error))
        else:
            self._answered(order, index, outcome)
        self._fill()

    def _answered(self, order: "Order", index: int, outcome: Outcome) -> None:
        self._observe(outcome, time.monotonic() - order.placed)
        order.deliver(index, outcome)

    def withdraw(self, order: "Order") -> None:
        """Forget what waits of `order`, and end what runs of it."""
        self._open.discard(order)
        if order.waiting:
            self._turns.remove(order)
            self.waiting -= len(order.waiting)
            self.waiting_characters -= sum(_characters(item) for _, item in order.waiting)
            order.waiting.clear()
        if order.running and self._loop is not None:
            # In a thread: the end of a process is waited for.
            self._loop.run_in_executor(None, _cancel, order.checker, list(order.running))

    def finish(self, order: "Order") -> None:
        self._open.discard(order)


class Order:
    """The items of one request: an asynchronous iterator of `(index, outcome)`, as they finish.

    A context manager: at its end, whatever is unfinished is given up.
    """

    def __init__(self, desk: Desk, checker: Checker, items: Sequence[Item]) -> None:
        self._desk = desk
        self._left = len(items)
        self._done: deque[tuple[int, Outcome]] = deque()
        self._unread = 0
        self._error: Exception | None = None
        self._news = asyncio.Event()
        self.checker = checker
        self.placed = time.monotonic()
        self.waiting = deque(enumerate(items))
        self.running: set[Future[Outcome]] = set()

    def __enter__(self) -> "Order":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(LeftError())

    def __aiter__(self) -> "Order":
        return self

    async def __anext__(self) -> tuple[int, Outcome]:
        """Raises `ClosedError`, `LeftError`."""
        while True:
            if self._done:
                self._left -= 1
                index, outcome = self._done.popleft()
                self._unread -= _said(outcome)
                return index, outcome
            if not self._left:
                raise StopAsyncIteration
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()

    def deliver(self, index: int, outcome: Outcome) -> None:
        if self._error is None:
            if self._unread + _said(outcome) > UNREAD:
                outcome = unsaid(outcome)
            self._unread += _said(outcome)
            self._done.append((index, outcome))
            if not self.waiting and not self.running:
                self._desk.finish(self)
            self._news.set()

    def end(self, error: Exception) -> None:
        """Give up what is unfinished; whoever iterates gets `error` after what is finished."""
        if self._error is None:
            self._error = error
            self._desk.withdraw(self)
            self._news.set()


def _cancel(checker: Checker, futures: Sequence[Future[Outcome]]) -> None:
    for future in futures:
        checker.cancel(future)


def unsaid(outcome: Outcome) -> Outcome:
    """`outcome` without what Lean said, which takes too much room."""
    return replace(outcome, messages=(), sorries=(), truncated=True)


def _said(outcome: Outcome) -> int:
    texts = sum(len(message.text) for message in outcome.messages)
    return texts + sum(len(sorry.goal) for sorry in outcome.sorries)


def _characters(item: Item) -> int:
    return len(item.source) + len(item.reference or "")
