"""Reading a set: each item with what the recogniser made of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crnn.reader import Decoder, Reading
from crnn.recogniser import Recogniser
from training.metrics import normalise
from training.sets import Item

_CHUNK = 128


@dataclass(frozen=True)
class Answer:
    """An item and its reading; none where the item was refused, which counts as read empty."""

    item: Item
    reading: Reading | None

    @property
    def written(self) -> str:
        """The text that was written, as it is compared."""
        return normalise(self.item.text)

    @property
    def text(self) -> str:
        """The text that was read, as it is compared."""
        return normalise(self.reading.text) if self.reading else ""

    def right_within(self, first: int) -> bool:
        """Tell whether the text is among the first ones proposed: the reading, then its alternatives."""
        if self.reading is None:
            return not self.written
        texts = [self.reading.text, *(alternative.text for alternative in self.reading.alternatives)]
        return self.written in map(normalise, texts[:first])


def read(recogniser: Recogniser, chosen: Iterable[Item], decoder: Decoder) -> Iterator[Answer]:
    """Read items as they come, some at a time."""
    waiting = iter(chosen)
    while chunk := list(islice(waiting, _CHUNK)):
        yield from _read_together(recogniser, chunk, decoder)


def _read_together(recogniser: Recogniser, chunk: Sequence[Item], decoder: Decoder) -> Iterator[Answer]:
    strips = [item.strip for item in chunk if item.strip is not None]
    readings = iter(recogniser.read(strips, decoder))
    for item in chunk:
        yield Answer(item, None if item.strip is None else next(readings))
