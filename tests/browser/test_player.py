"""The page that plays a film, in a real browser, from the file system."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from app.export.film import Caption, Film, Line, Mark
from app.export.html import player
from app.export.html_rows import outline
from app.export.picture.cells import Cell, Look
from app.export.svg import poster_of
from corpus.films import by_hand, row_of, sprint

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.browser

PATIENCE = 60  # seconds, on a busy machine
NOW = "Number(document.getElementById('time').value)"
MOVES = "document.getElementById('play').getAttribute('aria-label') === 'Pause'"
WORDS = "[...document.querySelectorAll('#cells > g')].map((row) => [...row.querySelectorAll('text')].map((word) => word.textContent).join(''))"  # noqa: E501
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
async def film() -> Film:
    return await sprint(captions="layer")


@asynccontextmanager
async def played(
    page: Page, film: Film, folder: Path, link: str = "", *, still: bool = False
) -> AsyncIterator[list[str]]:
    """A film on a page, with all that the page asks for; `still`: for somebody who wants no motion."""
    file = folder / "film.html"
    file.write_text(player(film), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if still:
        await page.emulate_media(reduced_motion="reduce")
    await page.goto(file.as_uri() + link)
    yield asked
    assert set(asked) == {f"{file.as_uri()}{link.partition('#')[0]}"}, "nothing but the file itself is asked for"


async def at_rest(page: Page) -> None:
    """Pause it."""
    if await page.evaluate(MOVES):
        await page.keyboard.press("k")


async def until(page: Page, holds: str) -> None:
    """Wait frame by frame; Playwright's own waiting is code in the page, which our policy refuses."""
    async with asyncio.timeout(PATIENCE):
        while not await page.evaluate(holds):
            await page.evaluate(TWO_FRAMES)


async def now(page: Page) -> float:
    return float(await page.evaluate(NOW))


def rows_at(film: Film, at: float) -> list[str]:
    """What is written on the stage at a moment, without blanks and without what is drawn."""
    frame = [frame for frame in film.frames if frame.at <= at + 1e-6][-1]
    return ["".join(cell.text for cell in row if cell.text != " " and not outline(cell.text)) for row in frame.rows]


async def rows_on(page: Page) -> list[str]:
    return ["".join(row.split(" ")) for row in await page.evaluate(WORDS)]


async def test_a_film_begins_by_itself_and_goes_on_until_it_is_paused(page: Page, film: Film, tmp_path: Path) -> None:
    async with played(page, film, tmp_path):
        await until(page, f"{NOW} > 0.2")
        await page.keyboard.press("Space")
        stopped = await now(page)
        await page.evaluate(TWO_FRAMES)
        assert await now(page) == stopped
        await page.click("#play")
        await until(page, f"{NOW} > {stopped + 0.2}")


async def test_a_film_ends_and_can_be_played_again(page: Page, tmp_path: Path) -> None:
    short = by_hand(["one"], ["two"], seconds=1.2)
    async with played(page, short, tmp_path):
        await until(page, f"!({MOVES})")
        assert (await now(page), await rows_on(page)) == (1.2, ["two"])
        await page.click("#stage")
        await until(page, f"{MOVES} && {NOW} < 1")


async def test_any_moment_shows_what_the_stage_showed(page: Page, film: Film, tmp_path: Path) -> None:
    chance = random.Random(6)
    async with played(page, film, tmp_path):
        await at_rest(page)
        for _ in range(30):
            at = round(chance.uniform(0, film.seconds), 2)
            await page.fill("#time", str(at))
            assert await rows_on(page) == rows_at(film, at)


async def test_a_chapter_and_a_line_of_the_transcript_lead_to_their_moment(
    page: Page, film: Film, tmp_path: Path
) -> None:
    cues = [mark for mark in film.marks if mark.kind == "cue"]
    async with played(page, film, tmp_path):
        await at_rest(page)
        await page.click("#chapters li:nth-child(3) a")
        assert await now(page) == pytest.approx(cues[2].at, abs=1e-3)
        assert await page.get_attribute("#chapters li:nth-child(3) a", "aria-current") == "true"
        await page.click("#transcript li:nth-child(9) a")
        line = film.transcript[8]
        assert await now(page) == pytest.approx(line.at, abs=1e-3)
        current = await page.text_content("#transcript [aria-current]")
        assert current is not None and line.text.split()[0] in current
        lamp = film.marks.index(cues[1]) + 1
        await page.click(f"#lamps button:nth-child({lamp})")
        assert await now(page) == pytest.approx(cues[1].at, abs=1e-3)


KEYS: tuple[tuple[str, Callable[[Film], float]], ...] = (
    ("5", lambda film: film.seconds / 2),
    ("ArrowRight", lambda film: film.seconds / 2 + 5),
    ("ArrowLeft", lambda film: film.seconds / 2),
    ("j", lambda film: film.seconds / 2 - 10),
    ("l", lambda film: film.seconds / 2),
    ("]", lambda film: min(at for at in _cues(film) if at > film.seconds / 2)),
    ("[", lambda film: max(at for at in _cues(film) if at <= film.seconds / 2)),
    ("End", lambda film: film.seconds),
    ("Home", lambda film: 0.0),
    (".", lambda film: film.frames[1].at),
    (".", lambda film: film.frames[2].at),
    (",", lambda film: film.frames[1].at),
)


def _cues(film: Film) -> list[float]:
    return [mark.at for mark in film.marks if mark.kind == "cue"]


async def test_keys_lead_through_the_film(page: Page, film: Film, tmp_path: Path) -> None:
    async with played(page, film, tmp_path):
        await at_rest(page)
        for key, wanted in KEYS:
            await page.keyboard.press(key)
            assert await now(page) == pytest.approx(wanted(film), abs=2e-3), key


async def test_keys_change_the_speed_the_captions_and_tell_about_themselves(
    page: Page, film: Film, tmp_path: Path
) -> None:
    async with played(page, film, tmp_path):
        await at_rest(page)
        for key, speed in (("<", "0.5"), (">", "1"), (">", "1.5"), ("<", "1")):
            await page.keyboard.press(key)
            assert await page.input_value("#speed") == speed
        await page.keyboard.press("c")
        assert not await page.is_visible("#caption")
        await page.keyboard.press("?")
        assert await page.is_visible("#keys")
        await page.keyboard.press("Escape")
        assert not await page.is_visible("#keys")


async def test_captions_follow(page: Page, film: Film, tmp_path: Path) -> None:
    async with played(page, film, tmp_path):
        await at_rest(page)
        assert len(film.captions) > 3
        for caption in film.captions:
            await page.fill("#time", str(round(caption.at + 0.05, 2)))
            assert await page.text_content("#caption") == caption.text
        assert await page.get_attribute("#caption", "aria-live") == "polite"


@pytest.mark.parametrize("link", ["?t=0:20", "#t=0:20", "#t=20.0"])
async def test_a_link_leads_to_a_moment(page: Page, film: Film, tmp_path: Path, link: str) -> None:
    async with played(page, film, tmp_path, link, still=True):
        assert await now(page) == 20.0
        assert not await page.is_visible("#curtain")


async def test_a_link_leads_to_a_cue(page: Page, film: Film, tmp_path: Path) -> None:
    cue = next(mark for mark in film.marks if mark.name == "Q3")
    async with played(page, film, tmp_path, "#q3", still=True):
        assert await now(page) == pytest.approx(cue.at, abs=1e-3)
        await page.evaluate("location.hash = '#nowhere%'")
        await page.evaluate(TWO_FRAMES)
        assert await now(page) == pytest.approx(cue.at, abs=1e-3)


async def test_who_wants_no_motion_sees_a_still_and_decides(page: Page, film: Film, tmp_path: Path) -> None:
    async with played(page, film, tmp_path, still=True):
        assert await page.is_visible("#curtain")
        assert await rows_on(page) == rows_at(film, poster_of(film))
        await page.evaluate(TWO_FRAMES)
        assert await now(page) == 0
        await page.click("#curtain")
        await until(page, f"{NOW} > 0")
        assert not await page.is_visible("#curtain")


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
async def test_a_page_fits_every_screen(page: Page, film: Film, tmp_path: Path, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    async with played(page, film, tmp_path, still=True):
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.is_visible("#play")


async def test_on_paper_there_is_a_still_and_all_of_the_transcript(page: Page, film: Film, tmp_path: Path) -> None:
    async with played(page, film, tmp_path, still=True):
        await page.emulate_media(media="print")
        assert not await page.is_visible("#transport")
        assert await page.is_visible("#cells")
        shown = await page.evaluate("(({scrollHeight, clientHeight}) => scrollHeight - clientHeight)(transcript)")
        assert shown <= 0


async def test_without_scripts_there_is_a_still_and_the_transcript(
    browser: Browser, film: Film, tmp_path: Path
) -> None:
    page = await browser.new_page(java_script_enabled=False)
    async with played(page, film, tmp_path):
        assert await page.is_visible("noscript svg")
        assert await page.is_visible("#transcript li:nth-child(1)")
        assert not await page.is_visible("#transport")


async def test_every_control_has_a_name_and_shows_where_the_keyboard_is(page: Page, film: Film, tmp_path: Path) -> None:
    named = "[...document.querySelectorAll('button, input, select, a')].filter((each) => !(each.ariaLabel || each.textContent.trim() || each.labels?.length)).map((each) => each.outerHTML)"  # noqa: E501
    async with played(page, film, tmp_path, still=True):
        assert await page.evaluate(named) == []
        await page.click("#curtain")
        await page.focus("#play")
        await page.keyboard.press("Tab")
        outline_of = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline_of) == "solid"


@pytest.mark.parametrize("width", [777, 1001, 1234])
async def test_what_meets_its_neighbours_meets_them_at_every_size(page: Page, tmp_path: Path, width: int) -> None:
    lit = Look("#ff0000", "#0000ff")
    rows = [row_of(line, look=lit) for line in ("╭────╮", *["│████│"] * 6, "╰────╯")]
    film = by_hand([" " * 6] * 8)
    film = _with_rows(film, rows)
    await page.set_viewport_size({"width": width, "height": 900})
    async with played(page, film, tmp_path, still=True):
        await page.click("#curtain")
        await at_rest(page)
        image = Image.open(io.BytesIO(await page.locator("#cells").screenshot())).convert("RGB")
    wide, high = image.size
    cell, line = wide / 6, high / 8
    ground = (0x13, 0x10, 0x0D)
    column = [image.getpixel((int(cell * 0.5), y)) for y in range(int(line), int(7 * line))]
    assert all(_red(pixel) > 100 for pixel in column), "an upright line is one"
    row = [image.getpixel((x, int(line * 0.5))) for x in range(int(cell), int(5 * cell))]
    assert all(_red(pixel) > 100 for pixel in row), "a level line is one"
    full = [image.getpixel((int(cell * 3.3), y)) for y in range(int(line * 1.2), int(6.8 * line))]
    assert all(_red(pixel) > 240 for pixel in full), "blocks leave no gap"
    filled = [image.getpixel((int(cell * 0.2), y)) for y in range(int(line * 1.2), int(6.8 * line))]
    assert ground not in filled and len(set(filled)) == 1, "what is behind them leaves none either"


def _with_rows(film: Film, rows: list[tuple[Cell, ...]]) -> Film:
    from dataclasses import replace

    return replace(film, frames=(replace(film.frames[0], rows=tuple(rows)),))


def _red(pixel: Any) -> int:
    return int(pixel[0])


HOSTILE = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1><svg onload=window.owned=1>]]>"


async def test_what_strangers_wrote_is_text(page: Page, tmp_path: Path) -> None:
    line = Line(0.0, "◆", HOSTILE, "#fff", HOSTILE)
    mark = Mark(0.0, HOSTILE, "cue", '"><script>window.owned=1</script>')
    said = Caption(0.0, 9.0, HOSTILE)
    film = by_hand([HOSTILE], title=HOSTILE, told=HOSTILE, transcript=(line,), marks=(mark,), captions=(said,))
    async with played(page, film, tmp_path):
        await at_rest(page)
        assert await page.evaluate("window.owned") is None
        assert await page.locator("img").count() == 0
        assert await page.text_content("#caption") == HOSTILE
        assert await rows_on(page) == rows_at(film, 0)
