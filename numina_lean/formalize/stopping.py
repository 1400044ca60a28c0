"""A checker that ends with the loop that uses it, and that tells the loop when Lean is gone."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future

from numina_lean.check.checker import Checker
from numina_lean.check.verdict import Item, Outcome, Verdict
from numina_lean.errors import EngineUnavailableError

_ENGINE_GONE = frozenset({"engine_start", "engine_unavailable"})


class StoppedError(Exception):
    """The loop is ending: the problem in flight is given up, and another run does it."""


class StoppableChecker:
    """`checker` until `stop` is called, or until it says that no Lean can be had.

    An outcome that speaks of the engine and not of the item never gets out of here: `failure` is
    set, and whoever waits gets `StoppedError`. Used by many threads.
    """

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._stopped = threading.Event()
        self._checks: dict[Future[Outcome], Future[Outcome]] = {}
        self.failure: EngineUnavailableError | None = None

    def stop(self) -> None:
        """Answer no more: neither what comes, nor what is under way."""
        self._stopped.set()

    def submit(self, item: Item) -> Future[Outcome]:
        """Raises `StoppedError`, and the future does where the loop ends before the check."""
        if self._stopped.is_set():
            raise StoppedError
        check, answer = self._checker.submit(item), Future[Outcome]()
        answer.set_running_or_notify_cancel()
        self._checks[answer] = check

        def landed(check: Future[Outcome]) -> None:
            self._checks.pop(answer, None)
            self._pass_on(check, answer)

        check.add_done_callback(landed)
        return answer

    def cancel(self, future: Future[Outcome]) -> bool:
        """Drop the check of `future`, which then raises `StoppedError`."""
        check = self._checks.get(future)
        return check is not None and self._checker.cancel(check)

    def check(self, item: Item) -> Outcome:
        """Raises `StoppedError`."""
        return self.submit(item).result()

    def check_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Raises `StoppedError`."""
        for outcome in self._checker.check_all(items):
            if self._stopped.is_set() or self._gone(outcome):
                raise StoppedError
            yield outcome

    def _pass_on(self, check: Future[Outcome], answer: Future[Outcome]) -> None:
        try:
            outcome = check.result()
        except CancelledError:
            answer.set_exception(StoppedError())
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            answer.set_exception(error)
        else:
            if self._gone(outcome) or self._stopped.is_set():
                answer.set_exception(StoppedError())
            else:
                answer.set_result(outcome)

    def _gone(self, outcome: Outcome) -> bool:
        if outcome.verdict is not Verdict.CRASHED or outcome.reason not in _ENGINE_GONE:
            return False
        self.failure = EngineUnavailableError(
            f"Lean does not start ({outcome.detail}). Run numina-lean doctor; "
            "the same command then goes on where this one stopped"
        )
        self._stopped.set()
        return True
