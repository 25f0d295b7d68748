"""`footlights serve`: what it says before a browser is opened, and a run for an audience."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from app.engine import perform as perform_play
from app.journal import Archive
from app.journal.recording import recording_of, write_recording
from corpus.commands import Outcome
from web.visiting import Visitor, link_of, served, until

Perform = Callable[..., Outcome]
HELLO = "schema: footlights/v1\nname: hello\nsteps:\n  opening: {narrate: The lights go up over a quiet house.}\n"


@pytest.fixture
async def recorded(tmp_path: Path) -> str:
    """A run that is over."""
    play = tmp_path / "hello.yaml"
    play.write_text(HELLO)
    run = perform_play(play, mode="rehearsal")
    await run.result()
    return run.id


def test_without_the_extra_it_says_how_to_get_it(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    said = perform("serve")
    assert said.code == 1
    assert "the package aiohttp is not installed" in said.err and "pip install 'footlights[web]'" in said.err


def test_a_run_that_is_not_there_is_told_at_once(perform: Perform) -> None:
    for words in (["nothing-like-this"], ["--audience", "nothing-like-this"]):
        said = perform("serve", *words)
        assert said.code != 0 and said.out == "" and "error:" in said.err


@pytest.mark.parametrize("size", ["120", "0x0", "19x10", "501x10", "100x4", "100x201", "axb", "100x30x2"])
def test_a_size_that_cannot_be_drawn_is_refused(perform: Perform, size: str) -> None:
    said = perform("serve", "--audience", "last", "--size", size)
    assert said.code == 2 and "is no size" in said.err


def test_an_audience_needs_a_run(perform: Perform) -> None:
    assert "footlights serve --audience last" in perform("serve", "--audience").err


def test_a_port_that_is_taken_is_told_with_a_way_out(perform: Perform) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = perform("serve", "--port", str(taken.getsockname()[1]))
    assert said.code == 1 and "cannot listen on 127.0.0.1" in said.err and "--port 0" in said.err


@pytest.mark.parametrize("words", [["--port", "99999"], ["--port", "-1"], ["--bind", "no.such.host.invalid"]])
def test_where_nobody_can_listen_is_told_without_a_traceback(perform: Perform, words: list[str]) -> None:
    said = perform("serve", *words)
    assert said.code in (1, 2) and "error:" in said.err and "bug" not in said.err


async def test_an_audience_sees_a_run_from_when_the_first_of_them_comes(recorded: str) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        served("--audience", recorded, "--size", "90x30") as server,
        aiohttp.ClientSession(cookie_jar=jar) as own,
    ):
        name, link = await link_of(server)
        assert name == "audience"
        visitor = Visitor(own, link.partition("/enter")[0])
        assert [await visitor.enters(link) for _ in range(2)] == [200, 200]
        async with visitor.watching("audience", (90, 30)) as first, visitor.watching("audience", (90, 30)) as second:
            await first.shows("The lights go up over a quiet house.")
            await second.shows("The lights go up over a quiet house.")
            await first.press("q")
            await until(lambda: first.shown == second.shown)
            assert "ctrl+p" not in first.shown, "keys are offered to nobody who has none"
            server.send_signal(signal.SIGTERM)
            assert await first.ends() == aiohttp.WSCloseCode.GOING_AWAY
        assert await server.wait() == 0


async def test_a_recording_in_a_file_can_be_shown_to_an_audience(recorded: str, tmp_path: Path) -> None:
    async with Archive.open() as archive:
        write_recording(await recording_of(archive, recorded), path := tmp_path / "hello.run.jsonl")
    held = "schema: footlights-cues/v1\ncues:\n  - {at: start, hold: true, caption: Here it begins.}\n"
    (tmp_path / "hello.cues.yaml").write_text(held)
    async with (
        served("--audience", str(path), "--size", "90x30") as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as own,
    ):
        _, link = await link_of(server)
        visitor = Visitor(own, link.partition("/enter")[0])
        assert await visitor.enters(link) == 200
        async with visitor.watching("audience", (90, 30)) as first:
            await first.shows("The lights go up over a quiet house.")
        server.send_signal(signal.SIGTERM)
        assert await server.wait() == 0


async def test_a_recording_in_a_file_can_be_served(recorded: str, tmp_path: Path) -> None:
    async with Archive.open() as archive:
        write_recording(await recording_of(archive, recorded), path := tmp_path / "hello.run.jsonl")
    async with (
        served(str(path)) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as own,
    ):
        _, link = await link_of(server)
        visitor = Visitor(own, link.partition("/enter")[0])
        assert await visitor.enters(link) == 200
        async with visitor.watching("watch", (90, 30)) as first:
            await first.shows("The lights go up over a quiet house.")
        server.send_signal(signal.SIGTERM)
        assert await server.wait() == 0


def test_a_file_that_is_not_there_is_told_at_once(perform: Perform) -> None:
    for words in (["gone.run.jsonl"], ["--audience", "gone.run.jsonl"]):
        said = perform("serve", *words)
        assert said.code != 0 and said.out == "" and "gone.run.jsonl cannot be read" in said.err


async def test_it_says_so_where_others_on_the_network_could_read_along() -> None:
    async with served("--bind", "0.0.0.0") as server:
        assert server.stderr is not None
        assert "not encrypted" in (await server.stderr.readline()).decode()
        _, link = await link_of(server)
        assert "0.0.0.0" not in link, "a link names an address that can be opened"
        server.send_signal(signal.SIGINT)
        assert await server.wait() == 0
