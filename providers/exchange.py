"""One exchange with a service: the request goes out, the messages of the answer are read, and faults get their class.

An adapter brings two things: a way to open the answer, and a `Reader` that turns its protocol's messages into chunks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from providers import faults, wire
from providers.base import Chunk, Endpoint


class Reader(Protocol):
    """Reads the messages of one answer, in one protocol."""

    @property
    def is_done(self) -> bool:
        """Does nothing more come, even if the server keeps the line open?"""
        ...

    def read(self, message: Any) -> Iterable[Chunk]:
        """What a message holds; a ProviderError when it tells of one."""
        ...

    def end(self) -> Iterable[Chunk]:
        """What is left to say when the stream has ended."""
        ...


Opening = Callable[[], AbstractAsyncContextManager[wire.Response]]


async def exchange(endpoint: Endpoint, opened: Opening, reader: Reader) -> AsyncIterator[Chunk]:
    """Answer a request, piece by piece. Nothing is tried again, and a stream that breaks off has no `finish`."""
    try:
        async with opened() as response:
            async for message in wire.messages(response):
                for chunk in reader.read(message):
                    yield chunk
                if reader.is_done:
                    break
            for chunk in reader.end():
                yield chunk
    except faults.TRANSPORT as error:
        raise faults.of_transport(error, endpoint) from error
