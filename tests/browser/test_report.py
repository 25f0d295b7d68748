"""The report of a run in a real browser, from the file system: it asks for nothing, and harm stays text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from app.export.raster import gif
from app.export.report import report
from corpus.browsing import opened
from corpus.films import by_hand
from corpus.reported import golden, hostile

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_asks_for_nothing_and_breaks_none_of_its_own_rules(
    page: Page, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    await page.emulate_media(color_scheme=scheme)
    shown = await opened(page, report(golden("feature-sprint")), tmp_path)
    assert shown.asked == [shown.address]
    assert not shown.said
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 247, 239)", "dark": "rgb(19, 16, 13)"}[scheme]


async def test_a_column_is_sorted_by_its_head_and_turned_round_by_it(page: Page, tmp_path: Path) -> None:
    await opened(page, report(golden("feature-sprint")), tmp_path)
    head = page.locator("#steps th", has_text="Tokens")
    figures = page.locator("#steps tbody td:nth-child(6)")
    for order, is_turned in (("ascending", False), ("descending", True)):
        await head.get_by_role("button").click()
        assert await head.get_attribute("aria-sort") == order
        shown = [int(text.replace(",", "")) for text in await figures.all_text_contents() if text]
        assert shown == sorted(shown, reverse=is_turned)


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_sticks_out_at_the_side_of_a_telephone_or_a_desk(page: Page, tmp_path: Path, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await opened(page, report(golden("incident-triage")), tmp_path)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_what_means_harm_does_none(page: Page, tmp_path: Path) -> None:
    shown = await opened(page, report(hostile()), tmp_path)
    await page.locator("summary").click()
    assert (shown.asked, shown.said) == ([shown.address], [])
    assert await page.locator("img").count() == 0
    leads = await page.evaluate("[...document.links].map((link) => link.getAttribute('href')[0])")
    assert set(leads) == {"#"}


async def test_a_browser_plays_a_gif_of_ours(page: Page, tmp_path: Path) -> None:
    film = by_hand(["████"], ["    "], seconds=1.5)
    (tmp_path / "film.gif").write_bytes(gif(film))
    (tmp_path / "page.html").write_text('<img src="film.gif">')
    await page.goto((tmp_path / "page.html").as_uri())
    assert await page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]") == [48, 32]
