"""One app, many who look on: all see the same, whoever comes late sees all of it, and nobody has keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.widgets import Input, Static

from app.web.audience import Unseen
from app.web.house import House
from app.web.mirror import AUDIENCE, Mirror
from web.conftest import Comes
from web.visiting import until

SIZE = (40, 6)


class Poster(App[None]):
    """Draws what it is told; and would write down what is typed."""

    def compose(self) -> ComposeResult:
        yield Static("Tonight: nothing yet", markup=False)
        yield Input(select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def get_driver_class(self) -> type[Driver]:
        return Unseen

    def tell(self, text: str) -> None:
        self.query_one(Static).update(text)


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    """It is open."""
    app = Poster()
    running = asyncio.create_task(app.run_async(size=SIZE, mouse=False))
    await until(lambda: app.is_running and bool(app.query(Static)))
    yield app
    app.exit()
    await running


@pytest.fixture
def mirror(poster: Poster) -> Mirror:
    followed = Mirror()
    with poster._context():
        followed.follow(poster)
    return followed


@pytest.fixture
async def house(mirror: Mirror) -> AsyncIterator[House]:
    async with House(mirror.room()) as opened:
        yield opened


async def test_three_see_the_same_and_cannot_type(house: House, mirror: Mirror, poster: Poster, comes: Comes) -> None:
    link = house.link(AUDIENCE, once=False)
    async with AsyncExitStack() as together:
        windows = []
        for _ in range(3):
            visitor = await comes(house)
            assert await visitor.enters(link) == 200
            windows.append(await together.enter_async_context(visitor.watching(AUDIENCE, SIZE)))
            await windows[-1].shows("Tonight: nothing yet")
        assert mirror.viewers == 3
        joined = [len(window.pictures) for window in windows]
        for window in windows:
            await window.press("I was here")
            await window.resize(20, 10)
        poster.tell("Tonight: Hamlet")
        for window in windows:
            await window.shows("Tonight: Hamlet")
        later = [b"".join(window.pictures[count:]) for window, count in zip(windows, joined, strict=True)]
        assert later[0] == later[1] == later[2]
        assert poster.query_one(Input).value == "" and poster.size == SIZE
        assert all(window.told[0] == ["size", {"width": 40, "height": 6}] for window in windows)
    await until(lambda: mirror.viewers == 0)


async def test_who_comes_before_anything_is_drawn_is_told_its_size_at_once(poster: Poster, comes: Comes) -> None:
    mirror = Mirror()
    with poster._context(), poster.batch_update():
        mirror.follow(poster)
        async with House(mirror.room()) as house:
            visitor = await comes(house)
            await visitor.enters(house.link(AUDIENCE, once=False))
            async with visitor.watching(AUDIENCE, SIZE) as window:
                await until(lambda: bool(window.told))
                assert window.told[0] == ["size", {"width": 40, "height": 6}]


async def test_who_comes_late_sees_all_of_it(house: House, poster: Poster, comes: Comes) -> None:
    poster.tell("Tonight: Macbeth")
    visitor = await comes(house)
    await visitor.enters(house.link(AUDIENCE, once=False))
    async with visitor.watching(AUDIENCE, SIZE) as window:
        await window.shows("Tonight: Macbeth")
        assert window.pictures[0].startswith(b"\x1b[?25l")


async def test_the_presenter_s_clipboard_stays_theirs(house: House, poster: Poster, comes: Comes) -> None:
    visitor = await comes(house)
    await visitor.enters(house.link(AUDIENCE, once=False))
    async with visitor.watching(AUDIENCE, SIZE) as window:
        await window.shows("Tonight")
        poster.copy_to_clipboard("the number of my door")
        poster.tell("Tonight: Lear")
        await window.shows("Lear")
    assert b"]52" not in window.written and b"dGhlIG51bWJlciBvZ" not in window.written


async def test_a_stage_that_changes_its_size_changes_it_for_all(comes: Comes) -> None:
    size, shown = (30, 4), "small"
    mirror = Mirror(lambda: size, lambda: f"\x1b[1;1H{shown}")
    async with House(mirror.room()) as house:
        visitor = await comes(house)
        await visitor.enters(house.link(AUDIENCE, once=False))
        async with visitor.watching(AUDIENCE) as window:
            await window.shows("small")
            size, shown = (50, 9), "large"
            mirror.write("\x1b[2;1Hmore")
            await window.shows("large")
            await window.shows("more")
        sizes = [what for kind, what in window.told if kind == "size"]
        assert sizes == [{"width": 30, "height": 4}, {"width": 50, "height": 9}]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[1;1H\x1b[38;2;1;2;3mé…\x1b[0m\n\r", "\x1b[1;1H\x1b[38;2;1;2;3mé…\x1b[0m\n\r"),
        ("\x1b[?1049h\x1b[?1003h\x1b[>1u\x1b[?2026$pa", "a"),
        ("\x1b]52;c;c2VjcmV0\x07b\x1b]0;title\x1b\\c", "bc"),
        ("\x1bP+q544e\x1b\\d\x1b_G;x\x1b\\e\x1bc\x07\x08f", "def"),
        ("\x1b]52;c;never ends", ""),
        ("\x1b[6n\x1b[5ig", "g"),
    ],
)
def test_places_looks_and_text_are_shown_and_nothing_else(written: str, shown: str) -> None:
    mirror = Mirror(whole=lambda: written)
    assert mirror.screen().removeprefix("\x1b[?25l").removeprefix("\x1b[0m\x1b[2J") == shown


def test_before_anything_is_drawn_the_curtain_stays_down() -> None:
    assert Mirror().screen() == "\x1b[?25l"
