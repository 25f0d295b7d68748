"""A house on loopback with a room in which nothing happens, and people with browsers of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from app.web.house import House, Room
from app.web.seat import Message, Seat
from corpus.patience import _ends_some_time as _ends_some_time
from web.visiting import Visitor

Opens = Callable[..., Awaitable[House]]
Comes = Callable[[House], Awaitable[Visitor]]


class EmptyStage:
    """A room in which people sit, and what they send is kept."""

    def __init__(self, seats: int = 8) -> None:
        self.heard: list[Message] = []
        self.room = Room("watch", self.sits, seats)

    async def sits(self, seat: Seat) -> None:
        seat.offer(b"the stage is empty")
        async for message in seat.messages():
            self.heard.append(message)


@pytest.fixture
def stage() -> EmptyStage:
    return EmptyStage()


@pytest.fixture
async def opened(stage: EmptyStage) -> AsyncIterator[House]:
    """A house with the empty stage in it."""
    async with House(stage.room) as house:
        yield house


@pytest.fixture
async def comes() -> AsyncIterator[Comes]:
    """Somebody with a browser of their own stands in front of the house."""
    sessions: list[aiohttp.ClientSession] = []

    async def come(house: House) -> Visitor:
        sessions.append(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        return Visitor(sessions[-1], f"http://127.0.0.1:{house.port}")

    yield come
    for session in sessions:
        await session.close()


@pytest.fixture
async def viewer(opened: House, comes: Comes) -> Visitor:
    """Somebody who has come in."""
    visitor = await comes(opened)
    assert await visitor.enters(opened.link("watch")) == 200
    return visitor
