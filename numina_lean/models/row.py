"""One sample while it is generated beside others: its random numbers, its text, and its end."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from numina_lean.models.detokenize import Detokenizer
from numina_lean.models.draw import Draw
from numina_lean.models.model import Completion, Finish, Sampling, Usage
from numina_lean.models.stops import StopCutter

_BITS = 64


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a row needs of the tokenizer: decoding without special tokens, and the ending tokens."""

    decode: Callable[[Sequence[int]], str]
    ends: Collection[int]


class Row:
    """A sample of a prompt. Written to by the thread that generates, cancelled from any.

    `limit`: the tokens that it may have at the most. `on_piece` takes the text as it comes, and
    `on_over` is called when it ends of its own.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        sampling: Sampling,
        sample: int,
        limit: int,
        vocabulary: Vocabulary,
        on_piece: Callable[[str], None] | None = None,
    ) -> None:
        self.prompt = prompt
        self.sample = sample
        self.limit = limit
        self.cancelled = False
        self.on_over: Callable[[], None] = lambda: None
        self._sampling = sampling
        self._vocabulary = vocabulary
        self._on_piece = on_piece
        drawn = random.SystemRandom().getrandbits(_BITS)
        self._seed = drawn if sampling.seed is None else sampling.seed + sample
        self._given = 0
        self.restart()

    def restart(self) -> None:
        """Forget what was generated. The same numbers are drawn again, and so the same text."""
        self._chance = random.Random(self._seed)
        self._cutter = StopCutter(self._sampling.stop, self._sampling.keep_stop)
        self._detokenizer = Detokenizer(self._vocabulary.decode)
        self._text = ""
        self._tokens = 0
        self._finish: Finish | None = None

    @property
    def over(self) -> bool:
        return self.cancelled or self._finish is not None

    def draw(self) -> Draw:
        """How the next token is to be drawn."""
        sampling = self._sampling
        return Draw(sampling.temperature, sampling.top_p, sampling.top_k, self._chance.random())

    def add(self, token: int) -> None:
        """Take the next token in."""
        self._tokens += 1
        if token in self._vocabulary.ends:
            self._end("stop")
            return
        self._give(self._cutter.feed(self._detokenizer.add(token)))
        if self._cutter.stopped:
            self._end("stop")
        elif self._tokens >= self.limit:
            self._end("length")

    def completion(self) -> Completion:
        """The sample, when it is over."""
        usage = Usage(len(self.prompt), self._tokens)
        return Completion(self.sample, self._text, self._finish or "length", usage)

    def _end(self, finish: Finish) -> None:
        if not self._cutter.stopped:
            self._give(self._cutter.feed(self._detokenizer.rest()) + self._cutter.rest())
        self._finish = "stop" if self._cutter.stopped else finish
        self.on_over()

    def _give(self, piece: str) -> None:
        """Add to the text, and hand out what was not handed out before a restart."""
        self._text += piece
        new = self._text[self._given :]
        if new and self._on_piece is not None and not self.cancelled:
            self._given = len(self._text)
            self._on_piece(new)
