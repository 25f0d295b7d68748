"""A player: one seat with an app of its own, in a process of its own that lives no longer than the seat is taken."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from app.safety import clean
from app.web.seat import Focused, Seat, Sized, Typed

GRACE = 12.0  # seconds: longer than the process itself has to end in order
DRIVER = "app.web.driver:Driver"
_AT_ONCE = 32 * 1024
_MOMENT = 0.1  # seconds between two sizes: a window that is being dragged has many
_WORDS = 16 * 1024  # bytes of what is told when the stage is closed


class Player:
    """`await Player(words, types=True).sits(seat)`: performs `footlights WORDS` in it until one of them ends."""

    def __init__(self, words: Sequence[str], *, types: bool, grace: float = GRACE) -> None:
        self._words = words
        self._types = types
        self._grace = grace

    async def sits(self, seat: Seat) -> None:
        """Open the app for a seat; whoever may not type is only listened to for the size of their window."""
        process = await _opened(self._words, seat.size)
        sizes = _Sizes(process, seat.size)
        parts = [
            asyncio.ensure_future(part)
            for part in (_shown(process, seat), self._heard(process, seat, sizes), sizes.told())
        ]
        try:
            await asyncio.wait(parts[:2], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await asyncio.shield(_ended(process, self._grace))

    async def _heard(self, process: Process, seat: Seat, sizes: _Sizes) -> None:
        async for message in seat.messages():
            match message:
                case Sized():
                    sizes.wanted = message
                case Typed(text) if self._types:
                    await _send(process, b"D", text.encode("utf-8", "replace"))
                case Focused(here) if self._types:
                    await _meta(process, type="focus" if here else "blur")


class _Sizes:
    """The last of many sizes is the one that counts."""

    def __init__(self, process: Process, size: Sized) -> None:
        self._process = process
        self._size = self.wanted = size

    async def told(self) -> None:
        """Tell the app, a few times a second at most."""
        while True:
            await asyncio.sleep(_MOMENT)
            if self.wanted != self._size:
                self._size = self.wanted
                await _meta(self._process, type="resize", width=self._size.width, height=self._size.height)


async def _opened(words: Sequence[str], size: Sized) -> Process:
    environment = os.environ | {
        "COLORTERM": "truecolor",
        "COLUMNS": str(size.width),
        "ROWS": str(size.height),
        "TERM": "xterm-256color",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TEXTUAL_DRIVER": DRIVER,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "footlights", *words,
        stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True,
    )  # fmt: skip


async def _ended(process: Process, grace: float) -> None:
    """End it in order: what is performed there is stopped so that it can be resumed. Nothing of it stays."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(grace):
            await process.communicate()  # reads on, so that it does not wait for us
    except TimeoutError:
        pass
    finally:
        with suppress(ProcessLookupError, PermissionError):  # its group, which may have members of its own
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def _shown(process: Process, seat: Seat) -> None:
    """Hand on its pictures, no faster than they are read; then what it tells when the stage is closed."""
    assert process.stdout is not None and process.stderr is not None
    telling = asyncio.create_task(_told(process.stderr, seat))
    try:
        while picture := await process.stdout.read(_AT_ONCE):
            seat.offer(picture)
            await seat.until_it_keeps_up()
        seat.tell("left")
        await telling
        await seat.until_it_keeps_up(0)
    finally:
        telling.cancel()


async def _told(stream: asyncio.StreamReader, seat: Seat) -> None:
    told = 0
    with suppress(ValueError):  # a line that is longer than any of ours
        while line := await stream.readline():
            told += len(line)
            if told < _WORDS:
                seat.tell("said", clean(line.decode("utf-8", "replace")))


async def _meta(process: Process, **told: object) -> None:
    await _send(process, b"M", json.dumps(told).encode())


async def _send(process: Process, kind: bytes, payload: bytes) -> None:
    """One packet, as Textual's own drivers for browsers read them."""
    assert process.stdin is not None
    with suppress(ConnectionError):  # it has ended; that is noticed where its pictures are read
        process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
        await process.stdin.drain()
