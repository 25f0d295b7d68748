"""What a seat is given by strangers, by the clumsy and by the slow."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import WSCloseCode
from hypothesis import given
from hypothesis import strategies as st

from app.web.house import House, Room
from app.web.seat import HEIGHTS, LARGEST, WIDTHS, Focused, Seat, Sized, Typed, understood
from web.conftest import Comes, EmptyStage
from web.visiting import PATIENCE, Visitor, until


async def test_of_ten_sockets_eight_have_a_seat(viewer: Visitor, stage: EmptyStage) -> None:
    lines = [await viewer.line("watch") for _ in range(8)]
    assert [await viewer.refused("watch") for _ in range(2)] == [503, 503]
    await lines[0].close()
    await until(lambda: len(stage.room.taken) == 7)
    assert await viewer.refused("watch") == 101
    for line in lines:
        await line.close()


async def test_what_people_do_is_heard(viewer: Visitor, stage: EmptyStage) -> None:
    async with viewer.watching("watch") as window:
        await window.press("é\x1b[A")
        await window.send("resize", {"width": 90, "height": 40})
        await window.send("focus")
        await window.send("ping", "12")
        await window.send("blur")
        await until(lambda: len(stage.heard) == 4)
    assert stage.heard == [Typed("é\x1b[A"), Sized(90, 40), Focused(True), Focused(False)]


async def test_a_frame_that_is_too_long_ends_the_connection(viewer: Visitor, stage: EmptyStage) -> None:
    async with viewer.watching("watch") as window:
        await window.press("x" * (1 << 20))
        assert await window.ends() == WSCloseCode.MESSAGE_TOO_BIG
    assert stage.heard == []


async def test_a_long_frame_that_is_not_too_long_is_heard(viewer: Visitor, stage: EmptyStage) -> None:
    async with viewer.watching("watch") as window:
        await window.press("x" * (LARGEST - 100))
        await until(lambda: bool(stage.heard))


async def test_bytes_end_the_connection(viewer: Visitor, stage: EmptyStage) -> None:
    async with viewer.watching("watch") as window:
        await window.line.send_bytes(os.urandom(2000))
        assert await window.ends() == WSCloseCode.UNSUPPORTED_DATA
    assert stage.heard == []


@pytest.mark.parametrize(
    "sent",
    ["", "x", "{}", "[]", "null", '["exec","sh"]', '["stdin"]', '["stdin",1]', '["stdin","a","b"]', '["resize",{}]',
     '["resize",{"width":NaN,"height":3}]', '["resize",{"width":"a","height":3}]', '["resize",3]', "[" * 5000],
)  # fmt: skip
async def test_what_no_page_of_ours_sends_ends_the_connection(viewer: Visitor, stage: EmptyStage, sent: str) -> None:
    async with viewer.watching("watch") as window:
        await window.line.send_str(sent)
        assert await window.ends() == WSCloseCode.POLICY_VIOLATION
    assert stage.heard == []


@given(st.text())
def test_whatever_is_sent_is_understood_or_refused(text: str) -> None:
    try:
        understood(text)
    except ValueError:
        return


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_every_size_is_brought_within_what_can_be_drawn(width: float, height: float) -> None:
    size = understood(json.dumps(["resize", {"width": width, "height": height}]))
    assert isinstance(size, Sized)
    assert WIDTHS[0] <= size.width <= WIDTHS[1] and HEIGHTS[0] <= size.height <= HEIGHTS[1]


async def test_a_window_of_a_hundred_thousand_columns_has_five_hundred(viewer: Visitor, stage: EmptyStage) -> None:
    async with viewer.watching("watch", (100_000, 100_000)) as window:
        (seat,) = stage.room.taken
        assert seat.size == (500, 200)
        await window.resize(1e5, 1e5)
        await until(lambda: stage.heard == [Sized(500, 200)])


async def test_who_does_not_read_is_dropped_and_keeps_nobody_waiting(comes: Comes) -> None:
    dropped = asyncio.Event()
    most = 0

    async def sits(seat: Seat) -> None:
        nonlocal most
        listening = asyncio.ensure_future(anext(seat.messages(), None))
        while not listening.done():
            seat.offer(b"x" * 10_000)
            most = max(most, seat.unread)
            await asyncio.sleep(0)
        dropped.set()

    async with House(Room("watch", sits, 2)) as house:
        visitor = await comes(house)
        await visitor.enters(house.link("watch"))
        async with _deaf(visitor):
            await asyncio.wait_for(dropped.wait(), PATIENCE)
    assert most <= 256 * 1024 + 20_000


async def test_who_does_not_answer_a_knock_is_gone(comes: Comes) -> None:
    stage = EmptyStage()
    stage.room.heartbeat = 0.2
    async with House(stage.room) as house:
        visitor = await comes(house)
        await visitor.enters(house.link("watch"))
        async with _deaf(visitor):
            await until(lambda: bool(stage.room.taken), "somebody sits there")
            await until(lambda: not stage.room.taken, "the seat is free")


@asynccontextmanager
async def _deaf(visitor: Visitor) -> AsyncIterator[None]:
    """A socket by hand, from which nobody reads."""
    carried = "; ".join(f"{cookie.key}={cookie.value}" for cookie in visitor.session.cookie_jar)
    host = visitor.origin.removeprefix("http://")
    lines = [
        "GET /watch/line HTTP/1.1", f"Host: {host}", f"Origin: {visitor.origin}", f"Cookie: {carried}",
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    ]  # fmt: skip
    _, writer = await asyncio.open_connection(*host.split(":"), limit=1024)
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
    try:
        yield
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()
