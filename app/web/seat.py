"""A seat: one browser's socket. What it sends is read with suspicion, and it is never waited for."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

from aiohttp import WSCloseCode, WSMsgType, web

LARGEST = 64 * 1024  # bytes of a frame; a longer one ends the connection
BEHIND = 64 * 1024  # bytes that wait for a reader who keeps up
ENOUGH = 256 * 1024  # bytes that may wait; who reads no faster has to come again
HEARTBEAT = 20.0  # seconds between knocks; who does not answer within half of that is gone
WIDTHS, HEIGHTS = (20, 500), (5, 200)


class Typed(NamedTuple):
    """Somebody pressed keys, or used the mouse."""

    text: str


class Sized(NamedTuple):
    """Somebody's window has another size, in cells."""

    width: int
    height: int


class Focused(NamedTuple):
    """Somebody looks here, or elsewhere."""

    here: bool


Message = Typed | Sized | Focused


class Seat:
    """`async with Seat(request) as seat:` takes one; `seat.socket` is the answer to the request."""

    def __init__(self, request: web.Request, *, heartbeat: float = HEARTBEAT) -> None:
        self.socket = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=LARGEST, compress=False, timeout=2.0)
        self.size = sized({"width": request.query.get("width"), "height": request.query.get("height")}) or Sized(80, 24)
        self._request = request
        self._waiting: deque[bytes | str] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._sent = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Seat:
        await self.socket.prepare(self._request)
        self._writing = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writing is not None
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        await self.leave(WSCloseCode.OK)

    async def leave(self, code: int, why: str = "") -> None:
        """End the connection and say why."""
        with suppress(ConnectionError, RuntimeError):
            await self.socket.close(code=code, message=why.encode())

    # What goes out

    def offer(self, piece: bytes | str) -> None:
        """Have something sent; whoever has left too much unread is dropped, and is waited for by nobody."""
        if self._bytes > ENOUGH:
            self.drop()
            return
        self._waiting.append(piece)
        self._bytes += len(piece)
        self._changed.set()

    def tell(self, kind: str, what: Any = None) -> None:
        """Tell the page something that is not part of the picture."""
        self.offer(json.dumps([kind, what]))

    def drop(self) -> None:
        """Cut the connection, without a word that would wait to be read."""
        self._waiting.clear()
        self._bytes = 0
        if self._request.transport is not None:
            self._request.transport.abort()

    @property
    def unread(self) -> int:
        """How many bytes wait to be sent."""
        return self._bytes

    async def until_it_keeps_up(self, most: int = BEHIND) -> None:
        """Wait until no more than so much is unread; of whoever is gone, for ever."""
        while self._bytes > most:
            self._sent.clear()
            await self._sent.wait()

    async def _write(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting:
                piece = self._waiting[0]
                await (self.socket.send_str(piece) if isinstance(piece, str) else self.socket.send_bytes(piece))
                if self._waiting:  # it may have been dropped meanwhile
                    self._bytes -= len(self._waiting.popleft())
                self._sent.set()

    # What comes in

    async def messages(self) -> AsyncIterator[Message]:
        """What the page sends, until it goes or sends what no page of ours would."""
        async for frame in self.socket:
            if frame.type is not WSMsgType.TEXT:
                await self.leave(WSCloseCode.UNSUPPORTED_DATA, "text is spoken here")
                return
            try:
                message = understood(frame.data)
            except ValueError:
                await self.leave(WSCloseCode.POLICY_VIOLATION, "this was not understood")
                return
            if message is not None:
                yield message


def understood(text: str) -> Message | None:
    """What a frame says; nothing, where nobody needs to know; raises ValueError for what no page of ours sends."""
    try:
        kind, *rest = json.loads(text)
    except (TypeError, RecursionError) as error:
        raise ValueError(text) from error
    match kind, rest:
        case "stdin", [str(typed)]:
            return Typed(typed)
        case "resize", [dict(told)] if (size := sized(told)) is not None:
            return size
        case (("focus" | "blur"), _):
            return Focused(kind == "focus")
        case "ping", _:
            return None
    raise ValueError(text)


def sized(told: dict[str, Any]) -> Sized | None:
    """A size that somebody tells, within what can be drawn."""
    try:
        width, height = (float(told[name]) for name in ("width", "height"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if width != width or height != height:  # not a number
        return None
    return Sized(_within(width, WIDTHS), _within(height, HEIGHTS))


def _within(number: float, bounds: tuple[int, int]) -> int:
    return int(min(max(number, bounds[0]), bounds[1]))
