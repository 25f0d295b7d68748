"""The page of a batch in a real browser, from the file system: it asks for nothing, sorts and filters, and fits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from app.batch.comparing.arms import compared
from app.batch.plan import Item
from app.batch.results import Results
from app.export.batch.page import page as page_of
from app.state import Spent
from corpus.arms import AXIS, passed_if, plan_of, results_from
from corpus.browsing import opened

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

ROWS = "#runs tbody tr:visible"


def performed(pairs: int = 10) -> Results:
    """Two models in two markets; every fourth run of the cheap one is not what was expected."""

    def came(item: Item) -> dict[str, Any]:
        is_cheap = item.cell[AXIS] == "cheap"
        cost = (0.004 if is_cheap else 0.02) + 0.0001 * item.repeat
        return passed_if(not is_cheap or item.repeat % 4 != 3, cost_usd=cost, spent=Spent(cost))

    return results_from(plan_of(pairs=pairs, cells=({"market": "DE"}, {"market": "FR"})), came)


def written(results: Results) -> str:
    """The page of it, with its comparison."""
    return page_of(results, [compared(results)])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_asks_for_nothing_and_breaks_none_of_its_own_rules(
    page: Page, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    await page.emulate_media(color_scheme=scheme)
    shown = await opened(page, written(performed()), tmp_path)
    assert shown.asked == [shown.address]
    assert not shown.said


async def test_runs_are_sorted_by_a_head_and_found_by_a_word_and_a_verdict(page: Page, tmp_path: Path) -> None:
    await opened(page, written(performed()), tmp_path)
    head = page.locator("#runs th", has_text="US$")
    for order in ("ascending", "descending"):
        await head.get_by_role("button").click()
        assert await head.get_attribute("aria-sort") == order
        costs = await page.locator("#runs tbody td:nth-child(7)").all_text_contents()
        assert costs == sorted(costs, key=float, reverse=order == "descending")
    await page.get_by_label("Filter").fill("cheap fr")
    assert await page.locator(ROWS).count() == 10
    await page.get_by_label("Verdict").select_option("unmet")
    assert await page.locator(ROWS).count() == 2
    assert await page.locator(".filter output").text_content() == "2 of 40 runs"


async def test_of_very_many_runs_the_first_are_shown_until_all_are_asked_for(page: Page, tmp_path: Path) -> None:
    await opened(page, written(performed(pairs=60)), tmp_path)
    await page.get_by_text("All 240 runs").click()
    assert await page.locator(ROWS).count() == 200
    await page.get_by_role("button", name="Show all").click()
    assert await page.locator(ROWS).count() == 240


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_sticks_out_at_the_side_of_a_telephone_or_a_desk(page: Page, tmp_path: Path, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await opened(page, written(performed()), tmp_path)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
