"""What an agent is handed: the records of one partition that one fetch returned."""

from asyncio import Future
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import faust
from faust.serializers.schemas import Schema
from faust.types import TP, AppT, EventT, Message

from app.records import Record
from cdc import ChangeDecoder, ChangeEvent, Malformed, Row

R = TypeVar("R", bound=Row)


class Turn(NamedTuple):
    """Where a batch stands among those of its partition: nothing lies between two that follow one another."""

    reading: int
    """How often the partition has been read anew, from an offset that was asked for."""
    number: int
    """Its place among the batches since then, from 0."""

    @property
    def next(self) -> "Turn":
        """The turn of the batch that follows."""
        return Turn(self.reading, self.number + 1)


class Batch(list[Record]):
    """Records of one partition, in order of their offsets; emptied once they are counted."""

    tp: TP
    """The partition."""
    turn: Turn
    fetched_at: float
    """When the client handed it over, in seconds of the monotonic clock."""
    written: Future[None] | None = None
    """Done when all that the batch leads to is written down: then its offset may be committed. None if never."""

    def events(self, decode: ChangeDecoder[R]) -> Iterator[tuple[Record, ChangeEvent[R]]]:
        """Yield the records that are change events, with these, but for those that `Totals` rejects."""
        for record in self:
            if record.value is not None:
                with suppress(Malformed):
                    yield record, decode(record.value)


class BatchSchema(Schema[None, Batch]):
    """Passes a batch through to the agent, which decodes it in one go."""

    def compile(self, app: AppT, **_: Any) -> Callable[..., Awaitable[EventT[Any]]]:
        """Return the function that makes a message Faust's event."""

        async def decode(message: Message, *, propagate: bool = False) -> EventT[Any]:  # noqa: ARG001
            return app.create_event(None, message.value, message.headers, message)

        return decode


class BatchStream(faust.Stream[Batch]):
    """Hands over batches, and leaves it to the consumer to acknowledge them.

    Faust's compiled twin of this iterator does so by itself, whether a batch is written down or not.
    """

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Return Faust's iterator in Python."""
        return self._py_aiter()
