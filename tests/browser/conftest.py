"""A real Chromium for every test of this room, and a page in it that remembers what it asked for.

Playwright is imported inside: without it, `make test` still has to read these files to leave them out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the Chromium of this machine is."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        pytest.fail(f"no Chromium is found on PATH as {', '.join(NAMES)}; install one, or name it in CHROMIUM", False)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser with nothing in it."""
    from playwright.async_api import async_playwright

    boxed = () if os.geteuid() else ("--no-sandbox",)  # root has no sandbox
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=[*QUIET, *boxed])
        yield opened
        await opened.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of the size of a small desk, and nothing may go wrong in it unseen."""
    opened = await browser.new_page(viewport={"width": 1400, "height": 900})
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    assert not wrong, wrong
