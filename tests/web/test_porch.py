"""Whoever stands in front of the door and says nothing keeps nobody out, and is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.web.house import House
from web.conftest import Comes, EmptyStage

HALF = b"GET / HTTP/1.1\r\nHo"


@asynccontextmanager
async def crowd(house: House, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many who begin to say something."""
    readers = []
    async with AsyncExitStack() as leaving:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            leaving.callback(writer.close)
            writer.write(HALF)
            readers.append(reader)
        yield readers


async def gone(reader: asyncio.StreamReader) -> bool:
    """The other end has hung up."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


async def test_of_too_many_strangers_the_oldest_makes_way_and_who_has_a_link_comes_in(
    stage: EmptyStage, comes: Comes
) -> None:
    async with House(stage.room, strangers=4, patience=3600) as house, crowd(house, 10) as readers:
        for reader in readers[:6]:
            assert await gone(reader)
        visitor = await comes(house)
        assert await visitor.enters(house.link("watch")) == 200
        assert not readers[-1].at_eof()


async def test_who_has_come_in_does_not_make_way(stage: EmptyStage, comes: Comes) -> None:
    async with House(stage.room, strangers=4, patience=3600) as house:
        visitor = await comes(house)
        await visitor.enters(house.link("watch"))
        line = await visitor.line("watch")
        assert await line.receive_bytes() == b"the stage is empty"
        async with crowd(house, 10) as readers:
            assert await gone(readers[0])
            await line.send_str('["stdin","still here"]')
            while not stage.heard:
                await asyncio.sleep(0)
            assert not line.closed


async def test_who_does_not_finish_a_request_is_not_waited_for(stage: EmptyStage) -> None:
    async with House(stage.room, patience=0.05) as house, crowd(house, 2) as readers:
        for reader in readers:
            assert await gone(reader)


async def test_of_what_goes_wrong_people_are_told_once_and_in_a_line(stage: EmptyStage) -> None:
    told: list[str] = []
    before = asyncio.get_running_loop().get_exception_handler()
    async with House(stage.room, trouble=told.append):
        for _ in range(3):
            wrong = {
                "message": "socket.accept() out of system resource",
                "exception": OSError(24, "Too many open files"),
            }
            asyncio.get_running_loop().call_exception_handler(wrong)
    assert told == ["trouble with a connection: too many open files; the house stays open"]
    assert asyncio.get_running_loop().get_exception_handler() is before
