"""Messages on a stream of bytes, each after its length."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

MOST = 2**30  # bytes of a message: far more than any run is made of
_HEAD = 4


def framed(message: bytes) -> bytes:
    """A message as it goes on a stream."""
    return len(message).to_bytes(_HEAD) + message


async def messages(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The messages of a stream, until it ends, also in the middle of one; ValueError when it holds no messages."""
    try:
        while True:
            size = int.from_bytes(await reader.readexactly(_HEAD))
            if size > MOST:
                raise ValueError(f"a message of {size:,} bytes")
            yield await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
