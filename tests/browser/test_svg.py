"""A film as an SVG plays as an image on a page, asks for nothing, and stands still for whoever wants that."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageStat

from app.export.svg import animated, poster_of, still
from corpus.films import by_hand, sprint

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser
LOOKS = 300  # at the page, until something is wrong
MIDDLE = 80  # between a picture full of light and a dark one


async def light(page: Page) -> float:
    """How light the picture is now."""
    shown = Image.open(io.BytesIO(await page.locator("img").screenshot())).convert("L")
    return float(ImageStat.Stat(shown).mean[0])


async def opened(page: Page, folder: Path, svg: str) -> list[str]:
    """A page with the film as an image; what it asks for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    (folder / "film.svg").write_text(svg, encoding="utf-8")
    (folder / "page.html").write_text("<body style='margin:0'><img src=film.svg width=800 alt=film>", encoding="utf-8")
    await page.goto((folder / "page.html").as_uri())
    assert await page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth > 0)")
    return asked


async def test_it_plays_inside_an_image_again_and_again(page: Page, tmp_path: Path) -> None:
    film = by_hand(("█" * 20,) * 8, (" " * 20,) * 8, seconds=2.0)
    asked = await opened(page, tmp_path, animated(film))
    for is_bright in (True, False, True, False):
        for _ in range(LOOKS):
            if (await light(page) > MIDDLE) is is_bright:
                break
        else:
            pytest.fail("the picture does not move")
    assert [url.rpartition("/")[2] for url in asked] == ["page.html", "film.svg"]


async def test_where_nothing_may_move_the_poster_stands(page: Page, tmp_path: Path) -> None:
    await page.emulate_media(reduced_motion="reduce")
    film = by_hand(("word " * 4,) * 8, (" " * 20,) * 8, seconds=1.0)
    (tmp_path / "film.svg").write_text(animated(film), encoding="utf-8")
    await page.goto((tmp_path / "film.svg").as_uri())
    first = await page.screenshot()
    for _ in range(5):
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert await page.screenshot() == first


async def test_the_poster_of_a_film_is_what_a_still_shows(page: Page, tmp_path: Path) -> None:
    film = await sprint(size=(80, 24), end="Q2")
    await page.emulate_media(reduced_motion="reduce")
    pictures = []
    for svg in (animated(film), still(film, poster_of(film))):
        (tmp_path / "film.svg").write_text(svg, encoding="utf-8")
        await page.goto((tmp_path / "film.svg").as_uri())
        pictures.append(Image.open(io.BytesIO(await page.screenshot())).convert("L"))
    assert ImageStat.Stat(ImageChops.difference(*pictures)).mean[0] < 1.0
