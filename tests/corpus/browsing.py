"""Opens a page of ours in a browser from the file system, and listens to what it asks for and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.async_api import Page


class Opened(NamedTuple):
    """A page that is open; the lists grow with what happens in it."""

    address: str
    asked: list[str]
    said: list[str]  # in the console, and in dialogues


async def opened(page: Page, html: str, folder: Path) -> Opened:
    """Open it."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    found = Opened(file.as_uri(), [], [])
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("console", lambda message: found.said.append(message.text))
    page.on("dialog", lambda dialog: found.said.append(dialog.message))
    await page.goto(found.address)
    return found
