"""What a stage is: a function from a row to a row, to why there is none, or to not yet."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

Record = dict[str, Any]
"""A row as JSON has it."""


class Row(Protocol):
    """A frozen dataclass with an `id`, which reports name it by."""

    @property
    def id(self) -> str: ...


class _Dataclass(Row, Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


In = TypeVar("In", bound=Row)
Out = TypeVar("Out", bound=Row)
Flat = TypeVar("Flat", bound=_Dataclass)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The row ends here. `reason` is a code of few, which is counted; `detail` says more.

    With `review` a person can settle it. `id` is needed only from a source, which has no row.
    """

    reason: str
    detail: str = ""
    review: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Nothing is known of the row yet, as a model did not answer: another run takes it up."""

    detail: str


@dataclass(frozen=True, slots=True)
class Form(Generic[Out]):
    """How rows of a type are written as JSON objects, and read again."""

    encode: Callable[[Out], Record]
    decode: Callable[[Record], Out]


def flat(kind: type[Flat]) -> Form[Flat]:
    """The form of a dataclass whose fields JSON has: text, numbers, truth, None, and tuples of
    those.
    """
    tuples = {
        name for name, field in kind.__dataclass_fields__.items()
        if str(field.type).removeprefix("typing.").startswith("tuple")
    }  # fmt: skip

    def decode(record: Record) -> Flat:
        return kind(**{
            name: tuple(value) if name in tuples else value for name, value in record.items()
        })  # fmt: skip

    return Form(asdict, decode)


@dataclass(frozen=True, slots=True)
class Stage(Generic[In, Out]):
    """`work` raises nothing that a row could be the cause of. `name` is a file's name, too."""

    name: str
    work: Callable[[In], Out | Rejected]
    form: Form[Out]


@dataclass(frozen=True, slots=True)
class AskingStage(Generic[In, Out]):
    """A stage that waits, for a model or a sandbox; many rows are in flight at once."""

    name: str
    work: Callable[[In], Awaitable[Out | Rejected | Postponed]]
    form: Form[Out]
