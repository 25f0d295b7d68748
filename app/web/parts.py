"""What a browser is given: our page, and the terminal that textual-serve brings. Nothing else can be asked for."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from importlib.resources import files
from string import Template

from aiohttp import web

from app.web import NoBrowserPart

SMALLEST, USUAL, LARGEST = 6, 16, 72  # pixels of the font
_THEIRS = {  # of the package textual-serve
    "textual.js": ("static/js/textual.js", "text/javascript"),
    "xterm.css": ("static/css/xterm.css", "text/css"),
    "mono.ttf": ("static/fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}
_OURS = {"page.js": "text/javascript", "page.css": "text/css", "icon.svg": "image/svg+xml"}
_TERMINAL = re.compile(rb"this\.terminal=(new \w+\.Terminal\()")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Parts:
    """Read once; each is found by its exact name."""

    def __init__(self) -> None:
        ours = files("app.web") / "page"
        self._parts = {name: ((ours / name).read_bytes(), kind) for name, kind in _OURS.items()}
        self._parts |= {name: (_theirs(path), kind) for name, (path, kind) in _THEIRS.items()}
        terminal, kind = self._parts["textual.js"]
        self._parts["textual.js"] = _with_a_name(terminal), kind
        self._page = Template((ours / "page.html").read_text(encoding="utf-8"))
        self._short = Template((ours / "short.html").read_text(encoding="utf-8"))
        styles = "".join(_STYLE.findall(self._short.template))
        self._style = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()

    def policy(self, host: str) -> str:
        """What a browser may load for our page: what is here.

        The terminal would like to add two styles of its own. A browser says that they were refused; it draws without.
        """
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{self._style}'; font-src 'self'; "
            f"img-src 'self'; connect-src 'self' ws://{_plain(host)}; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        )

    def part(self, name: str) -> web.Response:
        """A file of the page."""
        if name not in self._parts:
            raise web.HTTPNotFound
        body, kind = self._parts[name]
        return web.Response(body=body, content_type=kind)

    def page(self, room: str, host: str, fontsize: str, *, types: bool, is_fixed: bool, command: str) -> web.Response:
        """The page of a room."""
        told = {
            "line": f"ws://{_plain(host)}/{room}/line",
            "fontsize": str(_fontsize(fontsize)),
            "types": "yes" if types else "no",
            "fixed": "yes" if is_fixed else "no",
            "command": command,
        }
        body = self._page.substitute({key: html.escape(value) for key, value in told.items()})
        return web.Response(text=body, content_type="text/html")

    def onward(self, path: str) -> web.Response:
        """A page that goes on to another of ours."""
        head = f'<meta http-equiv="refresh" content="0;url={path}"><link rel="icon" href="/parts/icon.svg">'
        return self._short_page(200, "Footlights", "The doors open.", head)

    def refusal(self, status: int, why: str) -> web.Response:
        """A page that says what is not to be had here, and how it is."""
        says = f"{why[:1].upper()}{why[1:]}. Ask whoever runs the show for a new link."
        return self._short_page(status, "The door is closed", says, "")

    def _short_page(self, status: int, title: str, says: str, head: str) -> web.Response:
        body = self._short.substitute(title=html.escape(title), says=html.escape(says), head=head)
        return web.Response(status=status, text=body, content_type="text/html")


def _theirs(path: str) -> bytes:
    try:
        return (files("textual_serve") / path).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise NoBrowserPart(
            f"textual-serve has no {path}", "pip install 'footlights[web]' brings the right one"
        ) from error


def _with_a_name(script: bytes) -> bytes:
    """Let our page reach the terminal, which the script keeps to itself: for its font, its colours and its size."""
    named, count = _TERMINAL.subn(rb"this.terminal=window.terminal=\1", script)
    if count != 1:
        raise NoBrowserPart(
            "this textual-serve is not one we know", "pip install 'footlights[web]' brings the right one"
        )
    return named


def _fontsize(told: str) -> int:
    return min(max(int(told), SMALLEST), LARGEST) if told.isascii() and told.isdigit() and len(told) < 4 else USUAL


def _plain(host: str) -> str:
    """A host as it was let through the door; on the way of a refusal it may be anything."""
    return host if re.fullmatch(r"[\w.\-:\[\]]+", host, re.ASCII) else "localhost"
