"""Ends an answer that makes no progress: nobody waits for ever for a first token, or for the next one.

What counts is an answer's own pieces. A server that only keeps the line open with comments and pings makes none, and a
read timeout of the connection would never notice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from providers.base import Chunk

AFTER_THE_END = 5.0  # seconds for the usage to follow a complete answer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may keep us waiting, in seconds."""

    first: float = 120.0
    between: float = 60.0
    total: float = 1800.0


class Stalled(Exception):
    """An answer kept us waiting for too long."""

    def __init__(self, waited_for: str, seconds: float) -> None:
        super().__init__(f"{waited_for} did not come within {seconds:g} seconds")


async def in_time(chunks: AsyncIterator[Chunk], patience: Patience) -> AsyncIterator[Chunk]:
    """The chunks, each in time, or Stalled."""
    loop = asyncio.get_running_loop()
    over = loop.time() + patience.total
    limit, waited_for = patience.first, "the first token"
    try:
        while True:
            due = min(loop.time() + limit, over)
            try:
                async with asyncio.timeout_at(due):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if due == over:
                    raise Stalled("the whole answer", patience.total) from None
                raise Stalled(waited_for, limit) from None
            yield chunk
            if chunk.finish is not None:
                limit, waited_for = AFTER_THE_END, "the end of the stream"
            elif limit != AFTER_THE_END:
                limit, waited_for = patience.between, "the next token"
    finally:
        if (close := getattr(chunks, "aclose", None)) is not None:
            await close()
