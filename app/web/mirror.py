"""The mirror: what one app draws, in front of many who only look on.

mirror = Mirror()
async with House(mirror.room()) as house:
    print(house.link(AUDIENCE, once=False))
    ...  # and when the app is open:
    mirror.follow(app)
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from textual.app import App

from app.web.house import Room
from app.web.seat import HEARTBEAT, Seat

SEATS = 200
AUDIENCE = "audience"
_NO_CURSOR, _CLEAR = "\x1b[?25l", "\x1b[0m\x1b[2J"
# Places, looks and text are drawn. All else that an app writes to a terminal, its clipboard above all, is its own.
_WRITTEN = re.compile(
    r"(\x1b\[[0-9;]*[Hm]|[^\x00-\x1f\x7f-\x9f]+|[\r\n]+)"
    r"|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[<-?]?[0-9;:]*[ -/]*[@-~]|\x1b[^\[]|.",
    re.DOTALL,
)


class Mirror:
    """Shows what is written to it. What its viewers send is never read."""

    def __init__(self, size: Callable[[], tuple[int, int]] = lambda: (80, 24), whole: Callable[[], str] = str) -> None:
        self._size_now = size
        self._whole = whole
        self._size = size()
        self._kept = ""  # the whole screen, for as long as nothing else was drawn
        self._seats: set[Seat] = set()
        self._came = asyncio.Event()

    def follow(self, app: App[Any]) -> None:
        """From now on show what this app draws; it must be open."""
        driver = app._driver
        assert driver is not None
        write = driver.write

        def written(data: str) -> None:
            write(data)
            self.write(data)

        driver.write = written  # type: ignore[method-assign]
        self._size_now = lambda: app.size
        self._whole = lambda: _whole_picture(app)
        app.refresh()

    @property
    def viewers(self) -> int:
        """How many look on."""
        return len(self._seats)

    async def until_somebody_looks(self) -> None:
        """Wait for the first viewer: a show that nobody sees is over before it has begun."""
        await self._came.wait()

    def room(self, *, command: str = "footlights serve --audience", heartbeat: float = HEARTBEAT) -> Room:
        """The room in which they sit."""
        return Room(AUDIENCE, self.sits, SEATS, is_fixed=True, command=command, heartbeat=heartbeat)

    def write(self, text: str) -> None:
        """Show what is drawn now."""
        self._kept = ""
        self._heed_size()
        if self._seats and (drawn := _drawn(text)):
            piece = drawn.encode()
            for seat in self._seats:
                seat.offer(piece)

    def screen(self) -> str:
        """All of what is seen now, for whoever comes in."""
        if not self._kept and (whole := _drawn(self._whole())):
            self._kept = _CLEAR + whole
        return _NO_CURSOR + self._kept  # where nothing is drawn yet, the page leaves its curtain down

    async def sits(self, seat: Seat) -> None:
        """Somebody has come in."""
        self._heed_size()  # of an app that has drawn nothing since it was followed
        self._welcome(seat)
        self._seats.add(seat)
        self._came.set()
        try:
            async for _ in seat.messages():
                pass
        finally:
            self._seats.discard(seat)

    def _heed_size(self) -> None:
        if (size := self._size_now()) != self._size:
            self._size = size
            for seat in self._seats:
                self._welcome(seat)

    def _welcome(self, seat: Seat) -> None:
        width, height = self._size
        seat.tell("size", {"width": width, "height": height})
        seat.offer(self.screen().encode())


def _whole_picture(app: App[Any]) -> str:
    """What an app shows now, as it would draw it anew."""
    with app._context():
        return app.screen._compositor.render_full_update().render_segments(app.console)


def _drawn(text: str) -> str:
    return "".join(found[1] or "" for found in _WRITTEN.finditer(text))
