"""The house in the browser: one address, a door, and rooms behind it; each room is a page and its sockets."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from socket import AF_INET
from typing import Any, Final

import psutil
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler

from app.errors import FootlightsError
from app.web.door import Door
from app.web.parts import Parts
from app.web.porch import Porch
from app.web.seat import HEARTBEAT, Seat

LOOPBACK = "127.0.0.1"
GRACE = 15.0  # seconds that those who leave have in all
STRANGERS = 64  # connections of those who have not come in: with one more, the oldest is cut
PATIENCE = 8.0  # seconds in which a request has to come, and for which we listen for another
_AT_ONCE = 16  # connections that are taken before the next look at how many there are
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Server": "Footlights",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class CannotListen(FootlightsError):
    """The address that was asked for cannot be listened on."""


@dataclass(slots=True)
class Room:
    """A page and what is at the other end of its sockets."""

    name: str
    sits: Callable[[Seat], Awaitable[None]]  # what happens to somebody in a seat, until they leave
    seats: int
    types: bool = False  # is what they press heard?
    is_fixed: bool = False  # are there always the same number of cells, whatever the window?
    command: str = "footlights serve"  # that opens it again
    heartbeat: float = HEARTBEAT
    taken: set[Seat] = field(default_factory=set)


class House:
    """`async with House(rooms) as house:` listens; `house.link(room)` is where a browser enters."""

    def __init__(
        self,
        *rooms: Room,
        bind: str = LOOPBACK,
        port: int = 0,
        entered: Callable[[str], None] = lambda room: None,
        trouble: Callable[[str], None] = lambda told: None,
        strangers: int = STRANGERS,
        patience: float = PATIENCE,
    ) -> None:
        self.door = Door(bind)
        self._rooms = {room.name: room for room in rooms}
        self._bind, self._port = LOOPBACK if bind == "localhost" else bind, port  # the name has two addresses
        self._entered = entered
        self._parts = Parts()
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            logger=_logger(),
            shutdown_timeout=GRACE,
            keepalive_timeout=patience,  # counts from when a connection is made: half a request is none
            lingering_time=1.0,
        )
        self._porch = Porch(strangers)
        self._trouble = trouble
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> House:
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        loop = asyncio.get_running_loop()
        try:
            listening = await loop.create_server(
                partial(self._porch.receive, server), self._bind, self._port, backlog=_AT_ONCE
            )
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            raise _cannot_listen(self._bind, self._port, error) from error
        self._stack.callback(loop.set_exception_handler, loop.get_exception_handler())
        self._stack.push_async_callback(self._runner.cleanup)
        self._stack.callback(listening.close)
        loop.set_exception_handler(_Once(self._trouble))
        self._port = listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        seats = [seat for room in self._rooms.values() for seat in room.taken]
        await asyncio.gather(*(seat.leave(WSCloseCode.GOING_AWAY, "the show is over") for seat in seats))
        await self._stack.aclose()

    @property
    def port(self) -> int:
        """Where we listen."""
        return self._port

    def link(self, room: str, *, once: bool = True) -> str:
        """A new link into a room, for one browser or for everybody who has it."""
        name = _reachable(self._bind)
        return f"http://{f'[{name}]' if ':' in name else name}:{self._port}/enter/{self.door.ticket(room, once=once)}"

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._at_the_door], client_max_size=1024)
        application.on_response_prepare.append(self._dress)
        application.router.add_get("/enter/{token}", self._enter)
        application.router.add_get("/parts/{name}", self._part)
        application.router.add_get("/{room}", self._page)
        application.router.add_get("/{room}/line", self._line)
        return application

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if objection := self.door.objection(request):
            return self._parts.refusal(403, objection)
        is_in = self.door.opens(self._carried(request))
        if not is_in and not request.path.startswith("/enter/"):
            return self._parts.refusal(403, "only who has a link comes in")
        if is_in:
            self._porch.let_in(request.protocol)
        try:
            return await handler(request)
        except web.HTTPException as refused:
            return self._parts.refusal(refused.status if is_in else 403, "there is nothing here")

    async def _dress(self, request: web.Request, answer: web.StreamResponse) -> None:
        answer.headers.update(HEADERS)
        answer.headers["Content-Security-Policy"] = self._parts.policy(request.host)

    def _cookie(self) -> str:
        return f"footlights-{self._port}"  # a browser tells no ports apart

    def _carried(self, request: web.Request, room: str = "") -> str:
        rooms = [room] if room else list(self._rooms)
        found = (request.cookies.get(f"{self._cookie()}-{name}", "") for name in rooms)
        return next((carried for carried in found if self.door.opens(carried, room)), "")

    def _room(self, request: web.Request) -> Room:
        name = request.match_info["room"]
        if name not in self._rooms:
            raise web.HTTPNotFound
        if not self._carried(request, name):
            raise web.HTTPForbidden
        return self._rooms[name]

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """A link was opened. The answer is a page that goes on by itself.

        After a redirect a browser that came from elsewhere, a chat perhaps, would not carry what it was given.
        """
        admitted = self.door.show(request.match_info["token"]) if request.method == "GET" else None
        if admitted is None:
            return self._parts.refusal(403, "this link was used, or it is an old one")
        room, carried = admitted
        answer = self._parts.onward(f"/{room}")
        answer.set_cookie(f"{self._cookie()}-{room}", carried, httponly=True, samesite="Strict", path="/")
        self._entered(room)
        return answer

    async def _part(self, request: web.Request) -> web.StreamResponse:
        return self._parts.part(request.match_info["name"])

    async def _page(self, request: web.Request) -> web.StreamResponse:
        room = self._room(request)
        return self._parts.page(
            room.name, request.host, request.query.get("fontsize", ""),
            types=room.types, is_fixed=room.is_fixed, command=room.command,
        )  # fmt: skip

    async def _line(self, request: web.Request) -> web.StreamResponse:
        room = self._room(request)
        if len(room.taken) >= room.seats:
            return self._parts.refusal(503, "every seat is taken")
        if "Upgrade" not in request.headers:
            return web.Response(status=204)  # the page asks whether we are still there
        if "Origin" not in request.headers:
            return self._parts.refusal(403, "this is for our own page alone")
        seat = Seat(request, heartbeat=room.heartbeat)
        room.taken.add(seat)
        try:
            async with seat:
                await room.sits(seat)
        finally:
            room.taken.discard(seat)
        return seat.socket


class _Once:
    """Hears of what goes wrong in a loop: of each kind people are told once, in a line; a developer of all of it."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        _logger().error(context["message"], exc_info=error)
        what = (isinstance(error, OSError) and error.strerror) or context["message"]
        if what not in self._told:
            self._told.add(what)
            self._tell(f"trouble with a connection: {what[:1].lower()}{what[1:]}; the house stays open")


def _reachable(bind: str) -> str:
    """An address that a browser can open: where we listen on all, one of this machine."""
    if bind not in ("0.0.0.0", "::"):
        return bind
    found = [each.address for held in psutil.net_if_addrs().values() for each in held if each.family == AF_INET]
    return next((address for address in found if not address.startswith("127.")), LOOPBACK)


def _cannot_listen(bind: str, port: int, error: Exception) -> CannotListen:
    why = (getattr(error, "strerror", "") or str(error)).lower()
    return CannotListen(f"cannot listen on {bind}, port {port}: {why}", "--port 0 takes one that is free")


def _logger() -> logging.Logger:
    """What strangers send is nothing to write down, except for a developer."""
    logger = logging.getLogger("footlights.web")
    logger.addHandler(logging.NullHandler())
    logger.propagate = os.environ.get("FOOTLIGHTS_DEBUG", "") not in ("", "0")
    return logger
