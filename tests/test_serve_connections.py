"""Which connections are closed because nothing is asked on them."""

from dataclasses import dataclass, field

from numina_lean.serve.connections import QUIET_SECONDS, Quiet


class Transport:
    closed = False

    def close(self) -> None:
        self.closed = True


@dataclass(eq=False)
class Cycle:
    response_complete: bool


@dataclass(eq=False)
class Connection:
    """As uvicorn's, with what is used of it."""

    cycle: Cycle | None = None
    transport: Transport = field(default_factory=Transport)

    @property
    def closed(self) -> bool:
        return self.transport.closed


def sweep(quiet: Quiet, now: float, *connections: Connection) -> None:
    quiet.sweep(connections, now)  # type: ignore[arg-type]


def test_a_connection_that_asks_nothing_is_closed_in_the_end() -> None:
    quiet, connection = Quiet(10), Connection()
    sweep(quiet, 0.0, connection)
    sweep(quiet, QUIET_SECONDS, connection)
    assert not connection.closed
    sweep(quiet, QUIET_SECONDS + 1, connection)
    assert connection.closed


def test_a_connection_that_waits_for_its_answer_is_never_closed() -> None:
    quiet, busy = Quiet(0), Connection(Cycle(response_complete=False))
    sweep(quiet, 0.0, busy)
    sweep(quiet, 100 * QUIET_SECONDS, busy)
    assert not busy.closed


def test_every_answer_begins_the_time_anew() -> None:
    quiet, connection = Quiet(10), Connection(Cycle(response_complete=True))
    sweep(quiet, 0.0, connection)
    connection.cycle = Cycle(response_complete=True)
    sweep(quiet, QUIET_SECONDS, connection)
    sweep(quiet, QUIET_SECONDS + 1, connection)
    assert not connection.closed


def test_of_too_many_connections_those_go_that_were_quiet_for_longest() -> None:
    quiet = Quiet(2)
    old, young, busy = Connection(), Connection(), Connection(Cycle(response_complete=False))
    sweep(quiet, 0.0, old)
    sweep(quiet, 1.0, young, old, busy)
    assert (old.closed, young.closed, busy.closed) == (True, False, False)
