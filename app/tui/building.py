"""The building, before anybody performs in it: its look, its keys, what it says to people, and its terminal."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.control import Control
from rich.segment import Segment, Segments
from textual import constants, events
from textual.app import App, InvalidThemeError, ReturnType
from textual.geometry import Size
from textual.screen import Screen

from app.errors import FootlightsError
from app.tui.canvas import Canvas, plain
from app.tui.keys import bindings
from app.tui.look.glyphs import ASCII, Glyphs, of
from app.tui.look.styles import Palette
from app.tui.look.themes import load, names, textual_theme
from app.tui.punctual import Punctual
from app.tui.remembered import Remembered
from app.tui.widgets.foot import Foot

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.notifications import SeverityLevel
    from textual.widget import Widget

    from app.tui.lock import Lock

SMALLEST = Size(20, 5)  # columns and rows that anything is laid out in
TOO_SMALL = ("the window is too small", "too small")
AT_ONCE = 2  # lines that are said at a time
MOMENT, LONG = 4.0, 86_400.0  # seconds for which a line stays; the longer ones until the next key


class Line(NamedTuple):
    """What is being said to whoever sits there."""

    text: str
    severity: SeverityLevel
    until: float
    stays: bool  # until a key is pressed


class Building(Punctual, App[ReturnType]):
    """An app that looks, speaks and listens like all of Footlights, with no place in it yet."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = bindings("everywhere")
    TITLE = "Footlights"

    def __init__(self, remembered: Remembered) -> None:
        self.remembered = remembered
        self.glyphs: Glyphs = of(os.environ)
        self.has_colour = not os.environ.get("NO_COLOR")  # asked now: Textual takes it out of the environment
        self.moves = os.environ.get("FOOTLIGHTS_MOTION", "") not in ("none", "0", "reduced")
        self.clock: Callable[[], float] = time.monotonic  # of everything that moves
        self.own_keys: dict[str, str] = {}
        self.mishaps: list[str] = []
        self.lock: Lock | None = None  # of the keyboard: while it is closed, few keys count
        self._opened: Lock | None = None  # the last one, whose key may still be held
        self._said: list[Line] = []
        self._undressed = ""  # why the theme of the last time is not worn
        super().__init__(ansi_color=None if self.has_colour else True)
        self.palette = self._dress()
        self.set_class(self.glyphs is ASCII, "-ascii")

    def make_ready(self) -> None:
        """Take the person's own keys, and say what of their settings cannot be used."""
        from app.tui.keymap import in_words, read_keymap

        self.own_keys, problems = read_keymap()
        self.set_keymap(self.own_keys)
        if problems:
            self.say(in_words(problems), severity="warning", stays=True)
        if self._undressed:
            self.say(self._undressed, severity="error")

    # Its look

    def _look(self, name: str) -> Palette:
        theme = load(name if name in names(Path.cwd()) else "footlights", Path.cwd())
        told = textual_theme(theme)
        self.register_theme(told)
        try:
            self.theme = told.name
        except InvalidThemeError:  # only if Textual itself changes under us
            self.theme = "textual-dark"
        return Palette.of(theme, colour=self.has_colour)

    def _dress(self) -> Palette:
        """The theme of the last time; one whose file was broken since then keeps nobody out."""
        try:
            return self._look(self.remembered.theme)
        except FootlightsError as refused:
            self._undressed = f"theme {self.remembered.theme}: {refused}"
            return self._look("footlights")

    def wear(self, name: str) -> None:
        """Put on another theme, and remember it; one whose file is broken says so, and the old one stays."""
        try:
            self.palette = self._look(name)
        except FootlightsError as refused:
            self.say(f"theme {name}: {refused}", severity="error")
            return
        self.remembered.theme = name
        self.remembered.write()
        for screen in self.screen_stack:
            for canvas in screen.query(Canvas):
                canvas.repaint()

    def action_next_theme(self) -> None:
        known = names(Path.cwd())
        at = known.index(self.remembered.theme) if self.remembered.theme in known else -1
        self.wear(known[(at + 1) % len(known)])
        self.say(f"theme: {self.remembered.theme}")

    def action_next_density(self) -> None:
        self.remembered.density = "compact" if self.remembered.density == "comfortable" else "comfortable"
        self.remembered.write()
        for screen in self.screen_stack:
            screen.set_class(self.remembered.density == "compact", "-compact")
            screen.refresh(layout=True)

    # What it says

    def mishap(self, widget: Widget, error: Exception) -> None:
        """A part could not be drawn: say so once, and keep what a developer needs."""
        name = type(widget).__name__
        if not any(kept.startswith(f"{name}: ") for kept in self.mishaps):
            self.mishaps.append(f"{name}: {''.join(traceback.format_exception(error))}")
            self.say(f"{name} could not be drawn; the run goes on", severity="error")

    def say(self, text: str, *, severity: SeverityLevel = "information", stays: bool = False) -> None:
        """A line for a moment, or until the next key. Of several the last ones are seen, and none of them twice."""
        now = time.monotonic()
        said = plain(text) if self.glyphs is ASCII else text
        kept = [line for line in self._said if line.until > now and line.text != said]
        self._said = [*kept, Line(said, severity, now + (LONG if stays else MOMENT), stays)][-AT_ONCE:]
        self._show_what_is_said(now)

    def _show_what_is_said(self, now: float) -> None:
        self.call_later(self._clear_what_was_said)  # in its turn: so are the lines
        for line in self._said:
            self.notify(line.text, severity=line.severity, markup=False, timeout=max(0.1, line.until - now))

    def _clear_what_was_said(self) -> None:
        """Textual takes the words away, and leaves the row that each stood in: the next ones would stand ever lower."""
        self.clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()

    # Its keys

    async def on_event(self, event: events.Event) -> None:
        """Whoever presses a key has read what waited for one; while the keyboard is locked, it may not count."""
        if self._is_locked_out(event):
            return
        if isinstance(event, events.Key) and any(line.stays for line in self._said):
            now = time.monotonic()
            self._said = [line for line in self._said if not line.stays and line.until > now]
            self._show_what_is_said(now)
        await super().on_event(event)

    def when_heard(self, call: Callable[[], object]) -> None:
        """Call when all that was typed so far has been heeded: here, by who has the focus, and by the place."""

        def handed_over() -> None:
            screen = self.screen
            listeners = [each for each in (screen.focused, screen) if each is not None]
            then = call
            for each in reversed(listeners):
                then = partial(each.call_later, then)
            then()

        self.call_later(handed_over)

    def _is_locked_out(self, event: events.Event) -> bool:
        """Is the keyboard locked, and is this a key, a click or a pasted text that does not open it?"""
        if not isinstance(event, events.Key | events.MouseEvent | events.Paste) or event.is_forwarded:
            return False  # what comes back from the screen was judged when it came: it is no key between two of a PIN
        if self.lock is None:
            if isinstance(event, events.Key) and self._opened is not None and not self._opened.echoes(event.key):
                self._opened = None  # it was let go: this key counts
            return isinstance(event, events.Key) and self._opened is not None
        verdict = self.lock.press(event.key, event.character) if isinstance(event, events.Key) else "stopped"
        if verdict == "opened":
            self._opened, self.lock = self.lock, None
            self.say("unlocked: every key counts again")
            for foot in self.screen.query(Foot):
                foot.redraw()
        return verdict != "through"

    # The terminal

    @property
    def size(self) -> Size:
        """The size that is laid out: where nothing is left of them, parts of Textual fail, and the app with them."""
        given = super().size
        return Size(max(given.width, SMALLEST.width), max(given.height, SMALLEST.height))

    @property
    def is_too_small(self) -> bool:
        """Has the window less room than that?"""
        return super().size != self.size

    def _check_resize(self) -> None:
        """Lay out what fits; what is shown may be another thing also where that stays as it was."""
        if self._resize_event is not None and self.is_too_small:
            self._resize_event = events.Resize(self.size, self.size)
        self.refresh()
        super()._check_resize()

    def get_driver_class(self) -> type[Driver]:
        """Ours, unless the environment names another."""
        if constants.DRIVER is not None:
            return super().get_driver_class()
        from app.tui.driver import Driver

        return Driver

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Show a picture; while the terminal has yet to read earlier ones it is left out, and shown whole later."""
        if getattr(self._driver, "is_behind", False):
            self._driver.when_drained(partial(self.call_later, self.refresh))  # type: ignore[union-attr]
            return
        super()._display(screen, self._too_small() if self.is_too_small and renderable is not None else renderable)

    def _too_small(self) -> Segments:
        """All that is shown in a window that has no room for anything else."""
        width = super().size.width
        words = next((each for each in TOO_SMALL if len(each) <= width), TOO_SMALL[-1])
        return Segments([Control.home().segment, Control.clear().segment, Segment(words[:width])])

    def get_default_screen(self) -> Screen[None]:
        """An empty one below all others."""
        return Screen(id="ground")
