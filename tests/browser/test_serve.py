"""The house in a real browser: somebody opens the link, rehearses a play, and decides what the play asks them."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from app.events import GateAnswered
from app.journal import Archive
from app.journal.recording import recording_of
from corpus.commands import ROOT

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.browser

PATIENCE = 90.0  # seconds, on a busy machine
SCREEN = """() => {
  const shown = terminal.buffer.active;
  const row = (_, y) => shown.getLine(shown.viewportY + y).translateToString(true);
  return Array.from({length: terminal.rows}, row).join("\\n");
}"""
CARD = "A decision is yours"


@asynccontextmanager
async def served(*words: str) -> AsyncIterator[tuple[dict[str, str], asyncio.subprocess.Process]]:
    """`footlights serve`, and its links by what they are for."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "footlights", "serve", *words, stdout=PIPE, stderr=DEVNULL, cwd=ROOT
    )
    assert server.stdout is not None
    try:
        said = [(await server.stdout.readline()).decode().split() for _ in range(2 if "--grant" in words else 1)]
        yield {name: link for name, link, *_ in said}, server
    finally:
        if server.returncode is None:
            server.send_signal(signal.SIGINT)
        await server.communicate()


async def screen(page: Page) -> str:
    """The text on the stage."""
    text: str = await page.evaluate(SCREEN)
    return text


async def until(page: Page, met: Callable[[str], bool], key: str = "") -> str:
    """Wait until the stage shows it; a key is pressed until then, as people do who are not heard at once."""
    begun = monotonic()
    while not met(shown := await screen(page)):
        assert monotonic() - begun < PATIENCE, shown
        if key:
            await page.keyboard.press(key)
        await asyncio.sleep(0.3)
    return shown


async def opened(page: Page, link: str) -> list[str]:
    """Open a link and wait for the first picture; what the page asks for, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    await page.goto(link)
    await page.wait_for_selector("body.-first-byte", state="attached", timeout=PATIENCE * 1000)
    return asked


async def test_somebody_rehearses_a_play_in_a_browser_and_decides_what_it_asks(page: Page) -> None:
    async with served("--grant") as (links, _):
        asked = await opened(page, links["player"])
        await until(page, lambda shown: "raises the curtain" in shown)
        before = await page.screenshot()
        cell = await page.locator(".xterm-screen").bounding_box()
        rows, columns = await page.evaluate("[terminal.rows, terminal.cols]")
        assert cell is not None and rows > 30 and columns > 100
        lines = (await screen(page)).splitlines()
        row = next(number for number, line in enumerate(lines) if "secret-rotation" in line)
        await page.mouse.click(cell["x"] + 60, cell["y"] + (row + 0.5) * cell["height"] / rows)
        await until(page, lambda shown: "S O M E B O D Y" in shown)
        assert await page.screenshot() != before
        row = next(number for number, line in enumerate(lines) if "feature-sprint" in line)
        await page.mouse.click(cell["x"] + 60, cell["y"] + (row + 0.5) * cell["height"] / rows)
        await until(page, lambda shown: "S P R I N T" in shown)
        await page.keyboard.press("Enter")
        await until(page, lambda shown: "raise the curtain" in shown)
        await page.keyboard.press("Enter")
        await until(page, lambda shown: "REHEARSAL" in shown)
        await until(page, lambda shown: CARD in shown, "End")
        await until(page, lambda shown: "▸ 1 ship" in shown, "1")  # a card that has just come is not answered
        await until(page, lambda shown: CARD not in shown, "Enter")
        await until(page, lambda shown: "✓ succeeded" in shown, "End")
        await page.keyboard.press("q")
        await page.wait_for_selector("#again:visible", timeout=PATIENCE * 1000)
        assert "The stage is closed." in await page.inner_text("#curtain")
        origin = links["player"].partition("/enter")[0]
        assert asked and all(url.startswith((origin, origin.replace("http", "ws"))) for url in asked)
    async with Archive.open() as archive:
        recording = await recording_of(archive, "last")
    assert recording.title == "Ship a feature in one sprint" and recording.status == "succeeded"
    answers = [event for event in recording.events if isinstance(event, GateAnswered)]
    assert [recording.value(answer.choice) for answer in answers] == ["ship"]


async def test_a_viewer_s_keys_do_nothing_and_the_letters_can_be_large(page: Page) -> None:
    async with served("runs") as (links, server):
        await opened(page, links["viewer"])
        await until(page, lambda shown: "ctrl+p" in shown)
        usual = await page.evaluate("terminal.cols")
        await opened(page, page.url + "?fontsize=28")
        shown = await until(page, lambda shown: "?" in shown)
        assert await page.evaluate("terminal.cols") < usual
        for key in ("?", "q", "Enter", "1"):
            await page.keyboard.press(key)
        await page.set_viewport_size({"width": 1000, "height": 900})
        await until(page, lambda now: "?" in now and now != shown)
        assert "Keys:" not in await screen(page)
        server.send_signal(signal.SIGINT)
        await page.wait_for_selector("body.-down", timeout=PATIENCE * 1000)
        await page.wait_for_selector("code:has-text('footlights serve runs')")


async def test_three_browsers_see_one_show(browser: Browser, page: Page) -> None:
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "footlights", "run", "hello", "--rehearse", "--quiet", stdout=DEVNULL, cwd=ROOT
    )
    assert await run.wait() == 0
    async with served("--audience", "last", "--size", "100x30") as (links, server):
        phone = await browser.new_page(viewport={"width": 390, "height": 844})
        pages = [page, phone, await browser.new_page(viewport={"width": 800, "height": 600})]
        for each in pages:
            await opened(each, links["audience"])
        for each in pages:
            await each.keyboard.press("q")
            await each.keyboard.press("Space")
        shown = await until(pages[0], lambda text: "hello" in text)
        for each in pages[1:]:
            await until(each, lambda text: "hello" in text)
            assert await each.evaluate("[terminal.cols, terminal.rows]") == [100, 30]
            box = await each.locator(".xterm-screen").bounding_box()
            size = each.viewport_size
            assert box is not None and size is not None
            assert box["x"] >= 0 and box["width"] <= size["width"] and box["height"] <= size["height"]
        assert shown.strip()
        server.send_signal(signal.SIGINT)
        for each in pages:
            await each.wait_for_selector("#next:has-text('Thank you for coming.')", timeout=PATIENCE * 1000)
