"""A provider that says what a test writes into a pipe, a line at a time, and ends where the test says so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from app.events import Usage
from providers.base import Chunk, Provider, Request

END = "(end)"


class Dictation:
    """Everybody speaks from one pipe. Give it as `providers=`."""

    def __init__(self, pipe: Path) -> None:
        self._lines = asyncio.StreamReader()
        self._pipe = os.fdopen(os.open(pipe, os.O_RDWR), "rb", buffering=0)  # for both, so that it never ends
        self._is_open = False

    def __call__(self, use: str) -> Provider:
        return self

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Say line after line."""
        if not self._is_open:
            self._is_open = True
            await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(self._lines), self._pipe
            )
        while (line := (await self._lines.readline()).decode().rstrip("\n")) != END:
            yield Chunk(f"{line} ")  # a word is shown when it is whole
        yield Chunk(finish="stop", usage=Usage(input=10, output=5))
