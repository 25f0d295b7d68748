"""One exchange with a service: the request goes out, the messages of the answer are read, and faults get their class.

An adapter brings two things: a way to open the answer, and a `Reader` that turns its protocol's messages into chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import Any, Protocol

from providers.base import Chunk, Endpoint, ProviderError
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

    def end(self, was_said: bool) -> Iterable[Chunk]:
        """What is left to say when the stream has ended; `was_said`: by a word for it, and not by breaking off."""
        ...


DRAINED_WITHIN = 0.1  # seconds for the last bytes of an answer, so that its connection may serve the next one
_IN_THE_MIDDLE = frozenset({"connection", "timeout", "malformed", "incomplete"})  # others are refusals
Opening = Callable[[], AbstractAsyncContextManager[decoding.Response]]


async def exchange(endpoint: Endpoint, opened: Opening, reader: Reader) -> AsyncGenerator[Chunk, None]:
    """Answer a request, piece by piece. Nothing is tried again, and a stream that breaks off has no `finish`."""
    body: _Body | None = None
    try:
        async with opened() as response, aclosing(_Body(response)) as body:
            was_said = is_heard = False
            async for message in decoding.messages(body):
                if message is decoding.DONE:
                    was_said = True
                    break
                for chunk in reader.read(message):
                    is_heard = True
                    yield chunk
                if reader.is_done:
                    break
            for chunk in reader.end(was_said):
                is_heard = True
                yield chunk
            if body.has_begun and not is_heard:
                raise ProviderError("incomplete", "the answer ended before anything was said")
            await body.drain()
    except faults.TRANSPORT as error:
        raise _of(body, faults.of_transport(error, endpoint)) from error
    except RecursionError:
        raise _of(body, ProviderError("malformed", "the stream holds JSON that is nested too deep")) from None
    except ProviderError as error:
        _of(body, error)
        raise


def _of(body: _Body | None, error: ProviderError) -> ProviderError:
    """An error that came when the answer had begun: the request was read, and that is paid for."""
    error.was_read = body is not None and body.has_begun and error.error in _IN_THE_MIDDLE
    return error


class _Body:
    """The body of a response, which is read on where it was left."""

    def __init__(self, response: decoding.Response) -> None:
        self.headers = response.headers
        self.has_begun = False
        self._pieces = self._read(response.aiter_bytes())

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        return self._pieces

    async def _read(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in pieces:
                self.has_begun = True
                yield piece
        finally:
            if (close := getattr(pieces, "aclose", None)) is not None:
                await close()

    async def drain(self) -> None:
        """Read what comes after the answer, which is its end where all is well."""
        with suppress(TimeoutError, *faults.TRANSPORT):
            async with asyncio.timeout(DRAINED_WITHIN):
                async for _ in self._pieces:
                    pass

    async def aclose(self) -> None:
        await self._pieces.aclose()
