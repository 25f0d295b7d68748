"""Somebody with a browser: comes in by a link, carries what they are given, and sees what a terminal would show."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import getsource
from time import monotonic
from typing import Any

import aiohttp
import pyte
from aiohttp import ClientWebSocketResponse, WSMsgType

from corpus.commands import ROOT

PATIENCE = 60.0  # seconds until what does not come is missed, however busy the machine is
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[u$]p?|\x1b\][0-9]+;[^\x07\x1b]*(?:\x07|\x1b\\)")


async def until(met: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so."""
    begun = monotonic()
    while not met():
        assert monotonic() - begun < PATIENCE, f"it is not so: {what or getsource(met).strip()}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def served(*words: str) -> AsyncIterator[Process]:
    """`footlights serve` as people start it; nothing is left of it in the end."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "footlights", "serve", *words, stdout=PIPE, stderr=PIPE, cwd=ROOT
    )
    try:
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        await server.communicate()


async def link_of(server: Process) -> tuple[str, str]:
    """The next link that it prints, and whom it is for."""
    assert server.stdout is not None
    name, link, *_ = (await server.stdout.readline()).decode().split()
    return name, link


class Visitor:
    """One browser."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self.session = session
        self.origin = origin

    async def status(self, path: str, method: str = "GET", **headers: str) -> int:
        """What a request is answered with."""
        async with self.session.request(
            method, f"{self.origin}{path}", headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
            return answer.status

    async def text(self, path: str) -> str:
        """What a page says."""
        async with self.session.get(f"{self.origin}{path}") as answer:
            return await answer.text()

    async def enters(self, link: str) -> int:
        """Open a link."""
        return await self.status(link.removeprefix(self.origin))

    async def line(self, room: str, size: tuple[int, int] = (100, 30), **headers: str) -> ClientWebSocketResponse:
        """The socket of a page; raises WSServerHandshakeError where it is refused."""
        url = f"{self.origin}/{room}/line?width={size[0]}&height={size[1]}"
        return await self.session.ws_connect(url, headers={"Origin": self.origin, **headers}, max_msg_size=0)

    async def refused(self, room: str, **headers: str) -> int:
        """With what a socket is refused; 101, where it is not."""
        try:
            line = await self.line(room, (80, 24), **headers)
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status
        await line.close()
        return 101

    @asynccontextmanager
    async def watching(self, room: str, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Window]:
        """The page of a room, open."""
        line = await self.line(room, size)
        window = Window(line, size)
        reading = asyncio.create_task(window.read())
        try:
            yield window
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await line.close()


class Window:
    """What is on the page."""

    def __init__(self, line: ClientWebSocketResponse, size: tuple[int, int]) -> None:
        self.line = line
        self.pictures: list[bytes] = []
        self.told: list[Any] = []
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def shown(self) -> str:
        """The text on the screen."""
        return "\n".join(self.rows)

    @property
    def rows(self) -> list[str]:
        """The same, row by row."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def written(self) -> bytes:
        """All that was drawn."""
        return b"".join(self.pictures)

    async def read(self) -> None:
        """Take what comes, until nothing more will."""
        async for frame in self.line:
            if frame.type is WSMsgType.BINARY:
                self.pictures.append(frame.data)
                self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", frame.data))
            else:
                self.told.append(json.loads(frame.data))

    async def shows(self, text: str) -> None:
        """Wait until something is on the screen."""
        try:
            await until(lambda: text in self.shown)
        except AssertionError:
            raise AssertionError(f"{text!r} is not shown:\n{self.shown}\n{self.told}") from None

    async def press(self, typed: str) -> None:
        """Type."""
        await self.send("stdin", typed)

    async def resize(self, width: float, height: float) -> None:
        """Take the corner of the window."""
        self._screen.resize(int(min(height, 200)), int(min(width, 500)))
        await self.send("resize", {"width": width, "height": height})

    async def send(self, *message: Any) -> None:
        """Send what a page might."""
        with contextlib.suppress(ConnectionError):
            await self.line.send_str(json.dumps(message))

    async def ends(self) -> int | None:
        """Wait for the end of the connection; its code."""
        await until(lambda: self.line.closed, "the connection ends")
        return self.line.close_code
