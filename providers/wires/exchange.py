"""One exchange with a service: the request goes out, the messages of the answer are read, and faults get their class.

An adapter brings two things: a way to open the answer, and a `Reader` that turns its protocol's messages into chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import Any, Protocol

from providers.base import Chunk, Endpoint
from providers.wires import decoding, faults


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


DRAINED_WITHIN = 0.1  # seconds for the last bytes of an answer, so that its connection may serve the next one
Opening = Callable[[], AbstractAsyncContextManager[decoding.Response]]


async def exchange(endpoint: Endpoint, opened: Opening, reader: Reader) -> AsyncGenerator[Chunk, None]:
    """Answer a request, piece by piece. Nothing is tried again, and a stream that breaks off has no `finish`."""
    try:
        async with opened() as response, aclosing(_Body(response)) as body:
            async for message in decoding.messages(body):
                for chunk in reader.read(message):
                    yield chunk
                if reader.is_done:
                    break
            for chunk in reader.end():
                yield chunk
            await body.drain()
    except faults.TRANSPORT as error:
        raise faults.of_transport(error, endpoint) from error


class _Body:
    """The body of a response, which is read on where it was left."""

    def __init__(self, response: decoding.Response) -> None:
        self.headers = response.headers
        self._pieces = response.aiter_bytes()

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        return self._pieces

    async def drain(self) -> None:
        """Read what comes after the answer, which is its end where all is well."""
        with suppress(TimeoutError, *faults.TRANSPORT):
            async with asyncio.timeout(DRAINED_WITHIN):
                async for _ in self._pieces:
                    pass

    async def aclose(self) -> None:
        if (close := getattr(self._pieces, "aclose", None)) is not None:
            await close()
