"""Hears an answer out, so that a test can look at all of it at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import msgspec

from providers.base import Chunk, Finish, Provider, Request
from providers.wires.decoding import DONE
from providers.wires.exchange import Reader


class Heard(msgspec.Struct):
    """An answer as the engine puts it together."""

    text: str = ""
    thought: str = ""
    tool_calls: tuple[Any, ...] = ()
    finish: Finish | None = None
    usage: Any = None
    echo: dict[str, Any] | None = None
    served: str = ""
    request: str = ""

    def take(self, chunk: Chunk) -> None:
        """One more piece."""
        self.text += chunk.text
        self.thought += chunk.thought
        self.tool_calls += chunk.tool_calls
        self.finish = chunk.finish or self.finish
        self.usage = chunk.usage or self.usage
        self.echo = chunk.echo or self.echo
        self.served = chunk.served or self.served
        self.request = chunk.request or self.request


async def heard(provider: Provider, request: Request) -> Heard:
    """What a provider answers."""
    return await all_of(provider.stream(request))


async def all_of(chunks: AsyncIterator[Chunk]) -> Heard:
    """A stream to its end."""
    found = Heard()
    async for chunk in chunks:
        found.take(chunk)
    return found


def read_by(reader: Reader, *messages: Any) -> Heard:
    """What a reader makes of the messages of one answer; DONE is the word for its end."""
    found = Heard()
    for chunk in _read(reader, messages):
        found.take(chunk)
    return found


def _read(reader: Reader, messages: Iterable[Any]) -> Iterator[Chunk]:
    was_said = False
    for message in messages:
        if was_said := message is DONE:
            break
        yield from reader.read(message)
        if reader.is_done:
            break
    yield from reader.end(was_said)
