"""The app itself in a browser: keys count where they were granted, and its process lives no longer than its page."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest

from app.journal import Archive
from app.web.house import House, Room
from app.web.player import Player
from corpus.commands import ROOT
from corpus.processes import below, is_left
from web.conftest import Comes
from web.visiting import Visitor, Window, link_of, served, until

HELP = "Keys: home"
FORM = "raise the curtain"
INSIDE = "--inside"  # what the processes of pages are begun with


@pytest.fixture(autouse=True)
def _from_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """One with Home in it, for a viewer and a player."""
    words = ["serve", "--inside"]
    rooms = (
        Room("watch", Player(words, types=False).sits, 8),
        Room("play", Player(words, types=True).sits, 1, types=True),
    )
    async with House(*rooms) as opened:
        yield opened


async def gone(processes: list[psutil.Process]) -> None:
    """Wait until none of them is left."""
    await until(lambda: not any(map(is_left, processes)))


async def rehearses(window: Window) -> None:
    """Raise the curtain on what Home offers first."""
    await window.shows("raises the curtain")
    await window.press("\r")
    await window.shows(FORM)
    await window.press("\r")
    await window.shows("REHEARSAL")
    await window.shows("Somebody wants dark mode")


async def the_run() -> str:
    """How the only run of the archive stands."""
    async with Archive.open() as archive:
        return (await archive.find("last")).status


async def test_a_viewer_has_no_keys_and_a_player_has(house: House, comes: Comes) -> None:
    viewer, player = await comes(house), await comes(house)
    assert await viewer.enters(house.link("watch")) == await player.enters(house.link("play")) == 200
    async with viewer.watching("watch") as watched, player.watching("play") as played:
        await played.shows("raises the curtain")
        await watched.shows("raises the curtain")
        await until(lambda: len(_chosen(watched.shown)) == 2, "the picture is there down to the play that is chosen")
        before = _chosen(watched.shown)
        for key in ("?", "\r", "q", "\x03", "\x1b[<0;5;3M"):
            await watched.press(key)
        await played.press("?")
        await played.shows(HELP)
        await watched.resize(110, 34)
        await until(lambda: "? help" in watched.rows[33], "it is drawn for the new size")
        await watched.resize(100, 30)
        await until(lambda: _chosen(watched.shown) == before, "the same play is chosen, and no help is open")
        assert HELP not in watched.shown
        assert await player.refused("play") == 503
        assert await viewer.refused("play") == await player.refused("watch") == 403


def _chosen(shown: str) -> list[str]:
    """The two lines of the play that the cursor stands on."""
    return [line[:30] for line in shown.splitlines() if line.startswith("┃")]


async def test_a_window_is_drawn_at_its_size_and_never_larger_than_can_be(house: House, comes: Comes) -> None:
    visitor = await comes(house)
    await visitor.enters(house.link("watch"))
    async with visitor.watching("watch", (60, 20)) as window:
        await until(lambda: "help" in window.rows[19])
        await window.resize(1e5, 1e5)
        await until(lambda: b"\x1b[200;1H" in window.written)
        assert b"\x1b[201;" not in window.written


async def test_who_leaves_the_theatre_is_told_so_and_the_seat_is_free(house: House, comes: Comes) -> None:
    player = await comes(house)
    await player.enters(house.link("play"))
    async with player.watching("play") as window:
        await window.shows("raises the curtain")
        await window.press("q")
        assert await window.ends() == aiohttp.WSCloseCode.OK
        assert ["left", None] in window.told
    await until(lambda: not below(INSIDE), "its process is gone")
    async with player.watching("play") as window:
        await window.shows("raises the curtain")


async def test_a_run_whose_page_is_closed_stops_so_that_it_can_be_resumed(house: House, comes: Comes) -> None:
    player = await comes(house)
    await player.enters(house.link("play"))
    async with player.watching("play") as window:
        await rehearses(window)
        (process,) = below(INSIDE)
        assert os.getpgid(process.pid) == process.pid
    await gone([process])
    assert await the_run() == "paused"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_a_server_that_ends_leaves_no_process_and_every_run_can_be_resumed(number: signal.Signals) -> None:
    async with served("--grant") as server, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        links = dict([await link_of(server) for _ in range(2)])
        visitor = Visitor(session, links["viewer"].partition("/enter")[0])
        assert [await visitor.enters(link) for link in links.values()] == [200, 200]
        async with visitor.watching("watch") as watched, visitor.watching("play") as played:
            await watched.shows("raises the curtain")
            await rehearses(played)
            begun = below(INSIDE, server.pid)
            assert len(begun) == 2
            server.send_signal(number)
            await gone(begun)
        assert await server.wait() == (0 if number == signal.SIGINT else -number)
    assert await the_run() == "paused"


async def test_a_process_that_hears_nothing_any_more_is_ended_too(comes: Comes) -> None:
    player = Player(["serve", "--inside"], types=True, grace=0.2)
    async with House(Room("play", player.sits, 1)) as house:
        visitor = await comes(house)
        await visitor.enters(house.link("play"))
        async with visitor.watching("play") as window:
            await window.shows("raises the curtain")
            (process,) = below(INSIDE)
            process.suspend()
        await gone([process])
